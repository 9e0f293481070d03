#include "wire/object_reader.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "logio/base/digits.hpp"
#include "logio/base/utf8.hpp"
#include "wire/json_scan.hpp"

namespace logio::wire {
namespace {


std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", c) : fmt::format("byte {:#04x}", byte);
}

/// Appends to a kept value what its limit leaves room for, and counts the rest.
void append(object_reader::value& v, std::size_t bytes_max, const char* bytes, std::size_t n) {
  if (n == 0) return;
  v.last[0] = n > 1 ? bytes[n - 2] : v.last[1];
  v.last[1] = bytes[n - 1];
  v.total += n;
  v.bytes.append(bytes, std::min(n, bytes_max - v.bytes.size()));
}

}  // namespace

std::string_view name(json_type type) noexcept {
  switch (type) {
    case json_type::none: return "nothing";
    case json_type::string: return "a string";
    case json_type::number: return "a number";
    case json_type::boolean: return "a boolean";
    case json_type::object: return "an object";
    case json_type::array: return "an array";
  }
  return {};
}

object_reader::progress object_reader::read(const char* at, const char* end,
                                            std::uint64_t offset) {
  if (failed_) return {at, state::failed};
  begin_ = at;
  offset_ = offset;
  if (keep_raw_) raw_from_ = at;
  while (at != end) {
    const char* next = nullptr;
    switch (expect_) {
      case expect::string: next = read_string(at, end); break;
      case expect::escape: next = read_escape(at); break;
      case expect::hex: next = read_hex(at); break;
      case expect::number: next = read_number(at, end); break;
      case expect::literal: next = read_literal(at); break;
      default:
        if (*at == '}' && depth_ == 1 &&
            (expect_ == expect::comma || expect_ == expect::first_key)) {
          return {at, state::complete};
        }
        next = is_json_space(*at) ? at + 1 : read_structure(at, end);
    }
    if (next == nullptr) return {at, state::failed};
    at = next;
  }
  if (keep_raw_) {
    append(values_[key_], schema_[key_].bytes_max, raw_from_,
           static_cast<std::size_t>(end - raw_from_));
  }
  return {at, state::need_more};
}

void object_reader::restart() noexcept {
  for (std::size_t key = 0; key < schema_.size(); ++key) {
    value& v = values_[key];
    if (v.type == json_type::none) continue;
    v.type = json_type::none;
    v.total = 0;
    v.bytes.clear();
  }
  problem_.clear();
  replaced_surrogates_ = 0;
  depth_ = 0;
  kinds_ = 0;
  key_ = no_key;
  expect_ = expect::open;
}

std::size_t object_reader::allocated_bytes() const noexcept {
  std::size_t bytes = sizeof *this + problem_.capacity() + error_.capacity();
  for (const value& v : values_) bytes += v.bytes.capacity();
  return bytes;
}

const char* object_reader::read_structure(const char* at, const char* end) {
  const char c = *at;
  switch (expect_) {
    case expect::open:
      return c == '{' ? open(true, at) : fail("'{'", at);
    case expect::first_key:
      if (c == '}') return close(true, at);
      return c == '"' ? begin_key(at, end) : fail("a key in quotes or '}'", at);
    case expect::key:
      return c == '"' ? begin_key(at, end) : fail("a key in quotes", at);
    case expect::colon:
      if (c != ':') return fail("':'", at);
      expect_ = expect::item;
      return at + 1;
    case expect::first_item:
      if (c == ']') return close(false, at);
      return begin_value(at);
    case expect::item:
      return begin_value(at);
    default:
      break;
  }
  if (c == ',') {
    expect_ = inside_object() ? expect::key : expect::item;
    return at + 1;
  }
  if (c == '}' || c == ']') return close(c == '}', at);
  return fail(inside_object() ? "',' or '}'" : "',' or ']'", at);
}

const char* object_reader::begin_value(const char* at) {
  switch (*at) {
    case '"':
      string_is_key_ = false;
      expect_ = expect::string;
      if (wanted()) begin_keep(json_type::string);
      return at + 1;
    case '{': return open(true, at);
    case '[': return open(false, at);
    case 't':
    case 'f':
      expect_ = expect::literal;
      literal_ = *at == 't' ? "rue" : "alse";
      if (wanted()) {
        begin_keep(json_type::boolean);
        *at == 't' ? keep("true", 4) : keep("false", 5);
      }
      return at + 1;
    case 'n':  // as if the key were absent: an earlier value stays
      expect_ = expect::literal;
      literal_ = "ull";
      return at + 1;
    default:
      if (!base::is_digit(*at) && *at != '-') return fail("a value", at);
      expect_ = expect::number;
      digits_ = digits::start;
      if (wanted()) begin_keep(json_type::number);
      return at;
  }
}

const char* object_reader::open(bool is_object, const char* at) {
  if (depth_ == nesting_max) return fail("at most 64 levels of nesting", at);
  if (wanted()) {
    begin_keep(is_object ? json_type::object : json_type::array);
    keep_raw_ = true;
    raw_from_ = at;
  }
  kinds_ |= std::uint64_t{is_object} << depth_;
  ++depth_;
  expect_ = is_object ? expect::first_key : expect::first_item;
  return at + 1;
}

const char* object_reader::close(bool is_object, const char* at) {
  if (inside_object() != is_object) {
    return fail(is_object ? "',' or ']'" : "',' or '}'", at);
  }
  --depth_;
  kinds_ &= ~(std::uint64_t{1} << depth_);
  if (depth_ == 1 && keep_raw_) {
    append(values_[key_], schema_[key_].bytes_max, raw_from_,
           static_cast<std::size_t>(at + 1 - raw_from_));
    keep_raw_ = false;
  }
  end_value();
  return at + 1;
}

const char* object_reader::begin_key(const char* at, const char* end) {
  string_is_key_ = true;
  key_bytes_ = 0;
  expect_ = expect::string;
  // Nearly every key lies before us whole; so does the colon, and a string's quote.
  const char* const close = find_json_special(at + 1, end);
  if (close == end || *close != '"') return at + 1;
  keep(at + 1, static_cast<std::size_t>(close - at - 1));
  end_string();
  if (end - close < 3 || close[1] != ':') return close + 1;
  expect_ = expect::item;
  return close[2] == '"' ? begin_value(close + 2) : close + 2;
}

const char* object_reader::read_string(const char* at, const char* end) {
  if (high_surrogate_ != 0 && *at != '\\') keep_lone_surrogate();
  const char* const special = find_json_special(at, end);
  keep(at, static_cast<std::size_t>(special - at));
  if (special == end) return end;
  if (*special == '"') {
    end_string();
  } else if (*special == '\\') {
    expect_ = expect::escape;
  } else {
    note(fmt::format("a control character ({:#04x}) stands in a string; write it as an escape",
                     static_cast<unsigned char>(*special)),
         special);
  }
  return special + 1;
}

const char* object_reader::read_escape(const char* at) {
  if (*at == 'u') {
    hex_ = 0;
    hex_digits_ = 0;
    expect_ = expect::hex;
    return at + 1;
  }
  if (high_surrogate_ != 0) keep_lone_surrogate();
  expect_ = expect::string;
  if (const char c = simple_escape(*at); c != 0) {
    keep(&c, 1);
  } else {
    note(fmt::format("a backslash stands before {}; write it as \\\\", shown(*at)), at);
  }
  return at + 1;
}

const char* object_reader::read_hex(const char* at) {
  const int digit = hex_value(*at);
  if (digit < 0) {  // the byte is the string's again: it may be the closing quote
    note(fmt::format("\\u wants four hex digits, found {}", shown(*at)), at);
    expect_ = expect::string;
    return at;
  }
  hex_ = static_cast<std::uint16_t>(hex_ << 4 | digit);
  if (++hex_digits_ < 4) return at + 1;
  expect_ = expect::string;
  const bool is_low = (hex_ & 0xfc00) == 0xdc00;
  if (high_surrogate_ != 0 && is_low) {
    const std::uint32_t high = high_surrogate_ & 0x3ffu;
    high_surrogate_ = 0;
    keep_code_point(0x10000 + (high << 10 | (hex_ & 0x3ffu)));
    return at + 1;
  }
  if (high_surrogate_ != 0) keep_lone_surrogate();
  if ((hex_ & 0xfc00) == 0xd800) {
    high_surrogate_ = hex_;
  } else if (is_low) {
    keep_lone_surrogate();
  } else {
    keep_code_point(hex_);
  }
  return at + 1;
}

const char* object_reader::read_number(const char* at, const char* end) {
  const char* const first = at;
  for (; at != end; ++at) {
    const char c = *at;
    switch (digits_) {
      case digits::start:
        if (c == '-') {
          digits_ = digits::sign;
          continue;
        }
        [[fallthrough]];
      case digits::sign:
        if (!base::is_digit(c)) return fail("a digit", at);
        digits_ = c == '0' ? digits::zero : digits::integer;
        continue;
      case digits::integer:
        if (base::is_digit(c)) continue;
        [[fallthrough]];
      case digits::zero:
        if (c == '.') {
          digits_ = digits::point;
          continue;
        }
        [[fallthrough]];
      case digits::fraction:
        if (digits_ == digits::fraction && base::is_digit(c)) continue;
        if (c == 'e' || c == 'E') {
          digits_ = digits::exponent;
          continue;
        }
        break;
      case digits::point:
        if (!base::is_digit(c)) return fail("a digit", at);
        digits_ = digits::fraction;
        continue;
      case digits::exponent:
        if (c == '+' || c == '-') {
          digits_ = digits::exponent_sign;
          continue;
        }
        [[fallthrough]];
      case digits::exponent_sign:
        if (!base::is_digit(c)) return fail("a digit", at);
        digits_ = digits::exponent_digits;
        continue;
      case digits::exponent_digits:
        if (base::is_digit(c)) continue;
        break;
    }
    break;  // the byte behind the number
  }
  keep(first, static_cast<std::size_t>(at - first));
  if (at != end) end_value();
  return at;
}

const char* object_reader::read_literal(const char* at) {
  if (*at != *literal_) return fail("true, false or null", at);
  if (*++literal_ == '\0') end_value();
  return at + 1;
}

void object_reader::end_string() {
  if (!string_is_key_) {
    end_value();
    return;
  }
  string_is_key_ = false;
  expect_ = expect::colon;
  if (depth_ == 1) end_key();
}

void object_reader::end_key() noexcept {
  key_ = no_key;
  if (key_bytes_ > sizeof key_text_) return;
  for (std::size_t i = 0; i < schema_.size(); ++i) {
    const std::string_view name = schema_[i].name;
    if (name.size() != key_bytes_) continue;
    const bool same = std::equal(name.begin(), name.end(), key_text_, [](char lower, char c) {
      return lower == (c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
    });
    if (!same) continue;
    key_ = static_cast<std::uint8_t>(i);
    return;
  }
}

void object_reader::end_value() noexcept {
  expect_ = expect::comma;
  if (depth_ == 1) key_ = no_key;
}

void object_reader::begin_keep(json_type type) {
  value& v = values_[key_];
  v.type = type;
  v.total = 0;
  v.bytes.clear();
}

void object_reader::keep(const char* bytes, std::size_t n) {
  if (depth_ != 1) return;
  if (string_is_key_) {
    if (key_bytes_ + n > sizeof key_text_) {
      key_bytes_ = sizeof key_text_ + 1;
    } else {
      std::copy_n(bytes, n, key_text_ + key_bytes_);
      key_bytes_ = static_cast<std::uint8_t>(key_bytes_ + n);
    }
  } else if (key_ != no_key) {
    append(values_[key_], schema_[key_].bytes_max, bytes, n);
  }
}

void object_reader::keep_code_point(std::uint32_t code_point) {
  char utf8[4];
  keep(utf8, static_cast<std::size_t>(base::utf8_put(utf8, code_point) - utf8));
}

void object_reader::keep_lone_surrogate() {
  high_surrogate_ = 0;
  if (wanted() && !string_is_key_) ++replaced_surrogates_;
  keep_code_point(0xfffd);
}

void object_reader::note(std::string_view what, const char* at) {
  high_surrogate_ = 0;
  if (problem_.empty()) problem_ = fmt::format("{} (byte {})", what, place(at));
}

const char* object_reader::fail(std::string_view expected, const char* at) {
  failed_ = true;
  error_ = fmt::format("expected {}, found {} at byte {}", expected, shown(*at), place(at));
  return nullptr;
}

}  // namespace logio::wire
