#include "logio/base/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace logio::base {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // reflected
constexpr std::size_t lanes = 8;                  // bytes that are looked up at once

using table = std::array<std::array<std::uint32_t, 256>, lanes>;

constexpr table make_table() noexcept {
  table out{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
    out[0][byte] = crc;
  }
  // Lane n: the byte with n bytes of zero behind it.
  for (std::size_t lane = 1; lane < lanes; ++lane) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = out[lane - 1][byte];
      out[lane][byte] = crc >> 8 ^ out[0][crc & 0xff];
    }
  }
  return out;
}

constexpr table by_lane = make_table();

std::uint64_t load_8(const std::byte* at) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
  return bytes;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(
    std::span<const std::byte> bytes, std::uint32_t before) noexcept {
  std::uint64_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) crc = _mm_crc32_u64(crc, load_8(at));
  auto last = static_cast<std::uint32_t>(crc);
  for (; left != 0; --left) last = _mm_crc32_u8(last, static_cast<std::uint8_t>(*at++));
  return ~last;
}
#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= lanes; left -= lanes, at += lanes) {
    const std::uint64_t mixed = load_8(at) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < lanes; ++i) {
      crc ^= by_lane[lanes - 1 - i][mixed >> (8 * i) & 0xff];
    }
  }
  for (; left != 0; --left) {
    crc = crc >> 8 ^ by_lane[0][(crc ^ static_cast<std::uint32_t>(*at++)) & 0xff];
  }
  return ~crc;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return by_instruction(bytes, before);
#endif
  return crc32c_by_tables(bytes, before);
}

}  // namespace logio::base
