/// Steps through bytes that should be UTF-8.
///
/// Thread safety:  free functions: any thread.
/// Source:         Unicode 15.0, table 3-7 (well-formed byte sequences) and section 3.9 (an
///                 ill-formed part is as long as the beginning of a character that it could be).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logio::base {

struct utf8_step {
  std::uint8_t bytes;  ///< of the character, or of the ill-formed part: one U+FFFD replaces it
  bool valid;
  bool cut;  ///< ill-formed only because the input ends inside the character
};

/// What `at` begins with. REQUIRES: at != end.
constexpr utf8_step utf8_next(const char* at, const char* end) noexcept {
  const auto byte = [&](int i) { return static_cast<std::uint8_t>(at[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {1, true, false};
  if (lead < 0xc2 || lead > 0xf4) return {1, false, false};
  const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  std::uint8_t low = 0x80, high = 0xbf;  // of the second byte
  if (lead == 0xe0) low = 0xa0;          // else overlong
  if (lead == 0xed) high = 0x9f;         // else a surrogate
  if (lead == 0xf0) low = 0x90;          // else overlong
  if (lead == 0xf4) high = 0x8f;         // else above U+10FFFF
  for (int i = 1; i < length; ++i, low = 0x80, high = 0xbf) {
    if (at + i == end) return {static_cast<std::uint8_t>(i), false, true};
    if (byte(i) < low || byte(i) > high) return {static_cast<std::uint8_t>(i), false, false};
  }
  return {static_cast<std::uint8_t>(length), true, false};
}

constexpr bool is_utf8(std::string_view text) noexcept {
  for (const char *at = text.data(), *const end = at + text.size(); at != end;) {
    const utf8_step step = utf8_next(at, end);
    if (!step.valid) return false;
    at += step.bytes;
  }
  return true;
}

/// The largest size <= `bytes_max` to which `text` can be cut without splitting a character.
/// Where there is no character to split (bytes that are not UTF-8) it is `bytes_max`.
constexpr std::size_t utf8_cut(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text.size();
  const char* const begin = text.data();
  for (std::size_t back = 1; back <= 3 && back <= bytes_max; ++back) {
    const auto lead = static_cast<std::uint8_t>(begin[bytes_max - back]);
    if ((lead & 0xc0) == 0x80) continue;
    const utf8_step step = utf8_next(begin + bytes_max - back, begin + text.size());
    return step.valid && step.bytes > back ? bytes_max - back : bytes_max;
  }
  return bytes_max;
}

/// Appends the UTF-8 of `code_point` at `out`, returns behind it (1 to 4 bytes).
/// REQUIRES: a Unicode scalar value.
constexpr char* utf8_put(char* out, std::uint32_t code_point) noexcept {
  const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
  return out;
}

}  // namespace logio::base
