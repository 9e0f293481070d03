/// Finds what is special in the bytes of a JSON string, 16 or 32 at a time.
///
/// Special are `"`, `\` and the control characters below 0x20; everything else, UTF-8 or not, is
/// copied as it is. SSE2 is the baseline of x86-64; elsewhere plain C++ does the same.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logio::wire {

constexpr bool is_json_special(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

constexpr bool is_json_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#if defined(__SSE2__)
/// One bit for each special byte of the 16 in `block`.
inline std::uint32_t json_special_bits(__m128i block) noexcept {
  const __m128i below_space = _mm_cmpeq_epi8(
      _mm_max_epu8(block, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(below_space, _mm_or_si128(quote, backslash))));
}
#endif

/// The first special byte of [at, end), or `end`.
inline const char* find_json_special(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const std::uint32_t bits =
        json_special_bits(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    if (bits != 0) return at + __builtin_ctz(bits);
    at += 16;
  }
#endif
  while (at != end && !is_json_special(*at)) ++at;
  return at;
}

/// The value of a hex digit, or -1.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What `\c` stands for, or 0 when it is no escape (`\u` is not one of these).
constexpr char simple_escape(char c) noexcept {
  switch (c) {
    case '"': case '\\': case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

}  // namespace logio::wire
