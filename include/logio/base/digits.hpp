/// Decimal digits: one, and eight at once, read and written.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace logio::base {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

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

/// How many of the 8 bytes, from the first on, are digits.
constexpr unsigned count_leading_digits(std::uint64_t bytes) noexcept {
  const std::uint64_t values = bytes ^ 0x3030303030303030;  // 0 to 9 where there is a digit
  const std::uint64_t others =
      (((values & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | values) & 0x8080808080808080;
  return static_cast<unsigned>(std::countr_zero(others)) / 8;
}

/// The number that 8 digits stand for. Neighbours are joined to pairs, pairs to fours, fours to
/// all; each step leaves room for the next.
constexpr std::uint64_t value_of_8_digits(std::uint64_t bytes) noexcept {
  bytes -= 0x3030303030303030;
  bytes = (bytes * 10 + (bytes >> 8)) & 0x00ff00ff00ff00ff;
  bytes = (bytes * 100 + (bytes >> 16)) & 0x0000ffff0000ffff;
  return (bytes * 10'000 + (bytes >> 32)) & 0xffffffff;
}

/// The number that the first `count` bytes, all digits, stand for. REQUIRES: 1 <= count <= 8.
constexpr std::uint64_t value_of_leading_digits(std::uint64_t bytes, unsigned count) noexcept {
  const unsigned others = 64 - 8 * count;  // bits that become zeros in front
  const std::uint64_t zeros = 0x3030303030303030 & ((std::uint64_t{1} << others) - 1);
  return value_of_8_digits(bytes << others | zeros);
}

/// The 8 digits of `value`, leading zeros included: the inverse of value_of_8_digits(). All are cut
/// into two fours, these into pairs, these into digits. REQUIRES: value < 100'000'000.
constexpr std::uint64_t digits_of_8(std::uint32_t value) noexcept {
  std::uint64_t parts = value / 10'000 | std::uint64_t{value % 10'000} << 32;
  // Divisions by 100 and 10 as multiplications that are exact for so few digits.
  const std::uint64_t hundreds = (parts * 10'486 >> 20) & 0x0000007f0000007f;
  parts = hundreds | (parts - hundreds * 100) << 16;
  const std::uint64_t tens = (parts * 103 >> 10) & 0x000f000f000f000f;
  parts = tens | (parts - tens * 10) << 8;
  return parts + 0x3030303030303030;
}

/// Writes 8 bytes to `out`, the lowest first.
inline void store_8_bytes(char* out, std::uint64_t bytes) noexcept {
  if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
  std::memcpy(out, &bytes, sizeof bytes);
}

}  // namespace logio::base
