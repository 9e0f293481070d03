/// Writes one JSON string, and knows how each byte is escaped: all that writes JSON builds on this.
///
/// append_json_string() escapes what RFC 8259, section 7 demands and DEL; bytes that are not UTF-8
/// become U+FFFD, one for each maximal ill-formed part (Unicode 15, section 3.9, "U+FFFD
/// substitution").
///
/// Thread safety:  free function: any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace logio::base {

struct json_escape {
  char text[6];
  std::uint8_t bytes;  ///< of `text`
};

namespace detail {

// At namespace scope: a constexpr function's own table would be built anew at each call.
inline constexpr auto json_escapes = [] {
  std::array<json_escape, 128> of{};
  for (unsigned c = 0; c < of.size(); ++c) {
    constexpr char digits[] = "0123456789abcdef";
    of[c] = {{'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6};
  }
  const auto is_short = [&](char c, char letter) {
    of[static_cast<unsigned char>(c)] = {{'\\', letter}, 2};
  };
  is_short('"', '"');
  is_short('\\', '\\');
  is_short('\n', 'n');
  is_short('\r', 'r');
  is_short('\t', 't');
  is_short('\b', 'b');
  is_short('\f', 'f');
  return of;
}();

}  // namespace detail

/// How `c` is written inside a JSON string when it cannot stand for itself: in the short form where
/// there is one, else as `\u00XX`. REQUIRES: an ASCII character.
constexpr const json_escape& escape_of(char c) noexcept {
  return detail::json_escapes[static_cast<unsigned char>(c)];
}

/// Stands for bytes that are not UTF-8: U+FFFD.
inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

/// Appends `text` with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace logio::base
