/// Some bytes at once: what the scanners are written with.
///
/// A block is loaded, stored and compared as a whole; the comparisons give one bit for each byte,
/// the first byte's lowest. `base_block` is what every processor of the build's target has: SSE2
/// on x86-64, elsewhere 8 bytes in plain C++. `avx2_block` is only for functions that are compiled
/// for AVX2 (`LOGIO_TARGET_AVX2`) and called where has_avx2() says so.
///
/// Thread safety:  values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#define LOGIO_HAS_AVX2_BLOCK 1
/// Compiled for AVX2 with everything inlined that it calls, so that blocks stay in registers.
#define LOGIO_TARGET_AVX2 __attribute__((target("avx2"), flatten))
#else
#define LOGIO_HAS_AVX2_BLOCK 0
#endif

namespace logio::wire {

#if LOGIO_HAS_AVX2_BLOCK

class sse2_block {
 public:
  static constexpr std::ptrdiff_t bytes = 16;

  static sse2_block load(const char* at) noexcept {
    return sse2_block(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  void store(char* at) const noexcept { _mm_storeu_si128(reinterpret_cast<__m128i*>(at), v_); }

  /// `"`, `\` and control characters.
  std::uint32_t json_special() const noexcept { return bits(special()); }
  /// These, and the bytes from 0x80 on.
  std::uint32_t json_special_or_not_ascii() const noexcept {
    return bits(_mm_or_si128(special(), v_));
  }
  std::uint32_t newline() const noexcept {
    return bits(_mm_cmpeq_epi8(v_, _mm_set1_epi8('\n')));
  }

 private:
  explicit sse2_block(__m128i v) noexcept : v_(v) {}
  __m128i special() const noexcept {
    const __m128i below_space =
        _mm_cmpeq_epi8(_mm_max_epu8(v_, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
    const __m128i quote = _mm_cmpeq_epi8(v_, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(v_, _mm_set1_epi8('\\'));
    return _mm_or_si128(below_space, _mm_or_si128(quote, backslash));
  }
  /// The highest bit of each byte.
  static std::uint32_t bits(__m128i v) noexcept {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(v));
  }

  __m128i v_;
};

class avx2_block {
 public:
  static constexpr std::ptrdiff_t bytes = 32;

  __attribute__((target("avx2"))) static avx2_block load(const char* at) noexcept {
    return avx2_block(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
  }
  __attribute__((target("avx2"))) void store(char* at) const noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), v_);
  }
  __attribute__((target("avx2"))) std::uint32_t json_special() const noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(special()));
  }
  __attribute__((target("avx2"))) std::uint32_t json_special_or_not_ascii() const noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(special(), v_)));
  }
  __attribute__((target("avx2"))) std::uint32_t newline() const noexcept {
    const __m256i newlines = _mm256_cmpeq_epi8(v_, _mm256_set1_epi8('\n'));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(newlines));
  }

 private:
  __attribute__((target("avx2"))) explicit avx2_block(__m256i v) noexcept : v_(v) {}
  __attribute__((target("avx2"))) __m256i special() const noexcept {
    const __m256i below_space =
        _mm256_cmpeq_epi8(_mm256_max_epu8(v_, _mm256_set1_epi8(0x1f)), _mm256_set1_epi8(0x1f));
    const __m256i quote = _mm256_cmpeq_epi8(v_, _mm256_set1_epi8('"'));
    const __m256i backslash = _mm256_cmpeq_epi8(v_, _mm256_set1_epi8('\\'));
    return _mm256_or_si256(below_space, _mm256_or_si256(quote, backslash));
  }

  __m256i v_;
};

using base_block = sse2_block;

inline bool has_avx2() noexcept { return __builtin_cpu_supports("avx2") != 0; }

#else

class base_block {
 public:
  static constexpr std::ptrdiff_t bytes = 8;

  static base_block load(const char* at) noexcept {
    base_block b;
    std::memcpy(b.v_, at, sizeof b.v_);
    return b;
  }
  void store(char* at) const noexcept { std::memcpy(at, v_, sizeof v_); }

  std::uint32_t json_special() const noexcept {
    return bits([](unsigned char c) { return c == '"' || c == '\\' || c < 0x20; });
  }
  std::uint32_t json_special_or_not_ascii() const noexcept {
    return bits([](unsigned char c) { return c == '"' || c == '\\' || c < 0x20 || c >= 0x80; });
  }
  std::uint32_t newline() const noexcept {
    return bits([](unsigned char c) { return c == '\n'; });
  }

 private:
  template <class Is>
  std::uint32_t bits(Is is) const noexcept {
    std::uint32_t found = 0;
    for (std::uint32_t i = 0; i < sizeof v_; ++i) found |= std::uint32_t{is(v_[i])} << i;
    return found;
  }

  unsigned char v_[8];
};

#endif

/// No block is larger: how far a scanner may write behind what it copies.
inline constexpr std::size_t block_bytes_max = 32;

}  // namespace logio::wire
