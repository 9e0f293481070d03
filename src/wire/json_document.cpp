#include "logio/wire/json_document.hpp"

#include <fmt/core.h>

#include <charconv>

#include "logio/base/digits.hpp"
#include "logio/base/utf8.hpp"
#include "wire/json_scan.hpp"

namespace logio::wire {

std::optional<std::string> json_document::parse(std::string_view json) {
  nodes_.clear();
  text_.clear();
  error_.clear();
  if (json.size() > bytes_max) {
    return fmt::format("it has {} bytes, at most {} are read", json.size(), bytes_max);
  }
  begin_ = at_ = json.data();
  end_ = at_ + json.size();
  bool good = read_value(0);
  if (good) {
    at_ = skip_json_space(at_, end_);
    good = at_ == end_ || fail("nothing more");
  }
  begin_ = at_ = end_ = nullptr;
  if (good) {
    nodes_.front().last = true;
    return std::nullopt;
  }
  nodes_.clear();
  return error_;
}

bool json_document::fail(std::string_view expected) {
  if (at_ == end_) {
    error_ = fmt::format("it is cut off at byte {}: expected {}", at_ - begin_, expected);
  } else {
    error_ = fmt::format("expected {}, found {} at byte {}", expected, shown_byte(*at_),
                         at_ - begin_);
  }
  return false;
}

bool json_document::read_value(unsigned depth) {
  at_ = skip_json_space(at_, end_);
  if (at_ == end_) return fail("a value");
  if (nodes_.size() == values_max) return fail("at most 4000000 values");
  const auto self = static_cast<std::uint32_t>(nodes_.size());
  const auto from = static_cast<std::uint32_t>(text_.size());
  nodes_.push_back({0, 0, from, 0, self + 1, json_kind::null, false});
  switch (*at_) {
    case '{':
    case '[':
      if (depth == nesting_max) return fail("at most 64 levels");
      return read_inside(self, *at_ == '{', depth + 1);
    case '"': {
      std::uint32_t bytes = 0, begin = 0;
      if (!read_string(begin, bytes)) return false;
      nodes_[self].kind = json_kind::string;
      nodes_[self].text_bytes = bytes;
      return true;
    }
    case 't': return read_word("true", json_kind::boolean);
    case 'f': return read_word("false", json_kind::boolean);
    case 'n': return read_word("null", json_kind::null);
    default: return read_number();
  }
}

bool json_document::read_inside(std::uint32_t self, bool is_object, unsigned depth) {
  const char close = is_object ? '}' : ']';
  nodes_[self].kind = is_object ? json_kind::object : json_kind::array;
  at_ = skip_json_space(at_ + 1, end_);
  std::uint32_t count = 0;
  for (; count != 0 || at_ == end_ || *at_ != close; ++count) {
    std::uint32_t key_from = 0, key_bytes = 0;
    at_ = skip_json_space(at_, end_);
    if (is_object) {
      if (at_ == end_ || *at_ != '"') return fail("a key in quotes");
      if (!read_string(key_from, key_bytes)) return false;
      at_ = skip_json_space(at_, end_);
      if (at_ == end_ || *at_ != ':') return fail("':'");
      ++at_;
    }
    const std::size_t item = nodes_.size();
    if (!read_value(depth)) return false;
    nodes_[item].key_from = key_from;
    nodes_[item].key_bytes = key_bytes;
    at_ = skip_json_space(at_, end_);
    if (at_ != end_ && *at_ == close) {
      nodes_[item].last = true;
      ++count;
      break;
    }
    if (at_ == end_ || *at_ != ',') return fail(is_object ? "',' or '}'" : "',' or ']'");
    ++at_;
  }
  ++at_;
  nodes_[self].text_bytes = count;
  nodes_[self].end = static_cast<std::uint32_t>(nodes_.size());
  return true;
}

bool json_document::read_string(std::uint32_t& from, std::uint32_t& bytes) {
  from = static_cast<std::uint32_t>(text_.size());
  for (++at_;;) {
    const char* const special = find_json_special(at_, end_);
    text_.append(at_, special);
    at_ = special;
    if (at_ == end_) return fail("the string's end");
    if (*at_ == '"') break;
    if (*at_ != '\\') return fail("no control character in a string");
    if (!read_escape()) return false;
  }
  ++at_;
  bytes = static_cast<std::uint32_t>(text_.size()) - from;
  return true;
}

bool json_document::read_escape() {
  const auto hex4 = [&](const char* at) {
    if (end_ - at < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = hex_value(at[i]);
      if (digit < 0) return -1;
      value = value << 4 | digit;
    }
    return value;
  };
  if (++at_ == end_) return fail("the string's end");
  if (*at_ != 'u') {
    const char plain = detail::simple_escapes[static_cast<unsigned char>(*at_)];
    if (plain == 0) return fail("an escape");
    text_ += plain;
    ++at_;
    return true;
  }
  ++at_;
  const int unit = hex4(at_);
  if (unit < 0) return fail("four hex digits");
  at_ += 4;
  auto code_point = static_cast<std::uint32_t>(unit);
  if (unit >= 0xd800 && unit <= 0xdfff) {
    const bool pair = unit < 0xdc00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u';
    const int low = pair ? hex4(at_ + 2) : -1;
    const bool whole = low >= 0xdc00 && low <= 0xdfff;
    code_point = whole ? 0x10000 + (code_point - 0xd800) * 0x400 +
                             (static_cast<std::uint32_t>(low) - 0xdc00)
                       : 0xfffd;
    if (whole) at_ += 6;
  }
  char utf8[4];
  text_.append(utf8, base::utf8_put(utf8, code_point));
  return true;
}

bool json_document::read_number() {
  const char* const from = at_;
  const auto digits = [&] {
    const char* const first = at_;
    while (at_ != end_ && base::is_digit(*at_)) ++at_;
    return at_ != first || fail(first == from ? "a value" : "a digit");
  };
  if (*at_ == '-') ++at_;
  if (at_ != end_ && *at_ == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (at_ != end_ && *at_ == '.' && (++at_, !digits())) return false;
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  nodes_.back().kind = json_kind::number;
  nodes_.back().text_bytes = static_cast<std::uint32_t>(at_ - from);
  text_.append(from, at_);
  return true;
}

bool json_document::read_word(std::string_view word, json_kind kind) {
  for (const char c : word) {
    if (at_ == end_ || *at_ != c) return fail(word);
    ++at_;
  }
  nodes_.back().kind = kind;
  if (kind == json_kind::null) return true;
  nodes_.back().text_bytes = static_cast<std::uint32_t>(word.size());
  text_ += word;
  return true;
}

json_value json_document::root() const noexcept {
  return nodes_.empty() ? json_value() : json_value(this, 0);
}

json_kind json_value::kind() const noexcept {
  return document_ == nullptr ? json_kind::absent : document_->nodes_[at_].kind;
}

std::size_t json_value::size() const noexcept {
  const json_kind is = kind();
  if (is != json_kind::array && is != json_kind::object) return 0;
  return document_->nodes_[at_].text_bytes;
}

json_value json_value::first() const noexcept {
  return size() == 0 ? json_value() : json_value(document_, at_ + 1);
}

json_value json_value::next() const noexcept {
  if (document_ == nullptr || document_->nodes_[at_].last) return {};
  return {document_, document_->nodes_[at_].end};
}

json_value json_value::operator[](std::string_view key) const noexcept {
  if (kind() != json_kind::object) return {};
  json_value member = first();
  while (member && member.key() != key) member = member.next();
  return member;
}

std::string_view json_value::key() const noexcept {
  if (document_ == nullptr) return {};
  const auto& node = document_->nodes_[at_];
  return std::string_view(document_->text_).substr(node.key_from, node.key_bytes);
}

std::string_view json_value::text() const noexcept {
  const json_kind is = kind();
  if (is == json_kind::absent || is == json_kind::array || is == json_kind::object) return {};
  const auto& node = document_->nodes_[at_];
  return std::string_view(document_->text_).substr(node.text_from, node.text_bytes);
}

std::optional<double> json_value::number() const noexcept {
  if (kind() != json_kind::number) return std::nullopt;
  double value = 0;
  const std::string_view digits = text();
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> json_value::whole_number() const noexcept {
  if (kind() != json_kind::number) return std::nullopt;
  std::uint64_t value = 0;
  const std::string_view digits = text();
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace logio::wire
