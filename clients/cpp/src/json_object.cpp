#include "json_object.hpp"

#include <algorithm>
#include <charconv>

#include "utf8.hpp"

namespace logio::client {
namespace {

constexpr int depth_max = 256;

std::optional<unsigned> four_hex_digits(std::string_view text) noexcept {
  if (text.size() < 4) return std::nullopt;
  unsigned out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, out, 16);
  if (error != std::errc{} || end != text.data() + 4) return std::nullopt;
  return out;
}

/// Reads from the front of what is left. Each function: false, or nothing, if it is not there.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  std::string_view rest() const noexcept { return rest_; }

  void skip_space() noexcept {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }

  bool take(char c) noexcept {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// With its quotes; `out` is what it says, unless it is null.
  bool string(std::string* out) {
    if (!take('"')) return false;
    while (!rest_.empty()) {
      const auto c = static_cast<unsigned char>(rest_.front());
      if (c == '"') return take('"');
      if (c < 0x20) return false;
      if (c == '\\') {
        if (!escape(out)) return false;
        continue;
      }
      const std::size_t size = c < 0x80 ? plain_size() : utf8_size(rest_);
      if (size == 0) return false;
      if (out != nullptr) out->append(rest_.substr(0, size));
      rest_.remove_prefix(size);
    }
    return false;
  }

  bool value(int depth) {
    if (rest_.empty() || depth > depth_max) return false;
    switch (rest_.front()) {
      case '"': return string(nullptr);
      case '{': return object(depth, nullptr);
      case '[': return list(depth);
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  using members = std::vector<std::pair<std::string, std::string_view>>;

  bool object(int depth, members* out) {
    if (!take('{')) return false;
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      std::string name;
      if (!string(out == nullptr ? nullptr : &name)) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      const std::string_view before = rest_;
      if (!value(depth + 1)) return false;
      if (out != nullptr) {
        out->emplace_back(std::move(name), before.substr(0, before.size() - rest_.size()));
      }
      skip_space();
    } while (take(','));
    return take('}');
  }

 private:
  bool list(int depth) {
    take('[');
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      if (!value(depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take(']');
  }

  bool word(std::string_view wanted) noexcept {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }

  /// Of what begins here and stands for itself.
  std::size_t plain_size() const noexcept {
    const auto end = std::find_if(rest_.begin(), rest_.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || (c & 0x80) != 0 || c == '"' || c == '\\';
    });
    return static_cast<std::size_t>(end - rest_.begin());
  }

  bool digits() noexcept {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count != 0;
  }

  bool number() noexcept {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool escape(std::string* out) {
    take('\\');
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'u') return unicode(out);
    constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
    const auto at = from.find(c);
    if (at == from.npos) return false;
    if (out != nullptr) *out += to[at];
    return true;
  }

  bool unicode(std::string* out) {
    const auto high = four_hex_digits(rest_);
    if (!high) return false;
    rest_.remove_prefix(4);
    char32_t character = *high;
    if (*high >= 0xd800 && *high < 0xe000) {
      // Half of a character that is written as two.
      const auto low = rest_.starts_with("\\u") ? four_hex_digits(rest_.substr(2)) : std::nullopt;
      if (*high >= 0xdc00 || !low || *low < 0xdc00 || *low >= 0xe000) return false;
      rest_.remove_prefix(6);
      character = 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
    }
    if (out != nullptr) append_utf8(*out, character);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::string> json_string_value(std::string_view quoted) {
  std::string out;
  scanner in(quoted);
  if (!in.string(&out) || !in.rest().empty()) return std::nullopt;
  return out;
}

std::optional<json_object> json_object::read(std::string_view text) {
  json_object out;
  scanner in(text);
  in.skip_space();
  if (!in.object(1, &out.members_)) return std::nullopt;
  in.skip_space();
  if (!in.rest().empty()) return std::nullopt;
  return out;
}

std::string_view json_object::raw(std::string_view name) const noexcept {
  for (const auto& [key, value] : members_) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string> json_object::string(std::string_view name) const {
  return json_string_value(raw(name));
}

std::optional<std::uint64_t> json_object::number(std::string_view name) const noexcept {
  const std::string_view text = raw(name);
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return out;
}

}  // namespace logio::client
