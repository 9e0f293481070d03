#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace logio::bench {

/// Equality of byte strings; of short ones without a call, 8 bytes at a time, the last overlapping.
inline bool same(const char* a, const char* b, std::size_t bytes) {
  if (bytes > 64) {
    return std::memcmp(a, b, bytes) == 0;
  }
  const auto differ = [a, b](std::size_t at) {
    std::uint64_t x = 0, y = 0;
    std::memcpy(&x, a + at, 8);
    std::memcpy(&y, b + at, 8);
    return x ^ y;
  };
  if (bytes < 8) {
    if (bytes >= 4) {
      std::uint32_t x[2], y[2];
      std::memcpy(&x[0], a, 4);
      std::memcpy(&y[0], b, 4);
      std::memcpy(&x[1], a + bytes - 4, 4);
      std::memcpy(&y[1], b + bytes - 4, 4);
      return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    for (std::size_t at = 0; at < bytes; ++at) {
      if (a[at] != b[at]) {
        return false;
      }
    }
    return true;
  }
  std::size_t at = 0;
  for (; at + 16 <= bytes; at += 16) {
    if ((differ(at) | differ(at + 8)) != 0) {
      return false;
    }
  }
  return ((at + 8 <= bytes ? differ(at) : 0) | differ(bytes - 8)) == 0;
}

}  // namespace logio::bench
