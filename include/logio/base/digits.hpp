/// Eight decimal digits at once.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace logio::base {

/// The 8 bytes at `at`, the first one lowest. REQUIRES: 8 readable bytes.
inline std::uint64_t load_8_bytes(const char* at) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
  return bytes;
}

/// Whether all 8 bytes are digits.
constexpr bool is_8_digits(std::uint64_t bytes) noexcept {
  return (bytes & 0xf0f0f0f0f0f0f0f0) == 0x3030303030303030 &&
         ((bytes + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) == 0x3030303030303030;
}

/// The number that 8 digits stand for. Neighbours are joined to pairs, pairs to fours, fours to
/// all; each step leaves room for the next.
constexpr std::uint64_t value_of_8_digits(std::uint64_t bytes) noexcept {
  bytes -= 0x3030303030303030;
  bytes = (bytes * 10 + (bytes >> 8)) & 0x00ff00ff00ff00ff;
  bytes = (bytes * 100 + (bytes >> 16)) & 0x0000ffff0000ffff;
  return (bytes * 10'000 + (bytes >> 32)) & 0xffffffff;
}

}  // namespace logio::base
