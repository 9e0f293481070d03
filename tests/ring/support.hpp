/// What the tests of the ring share: batches whose bytes say which batch they are.
///
/// A payload is made from a key alone, so that a reader can tell from any batch whether every byte
/// of it belongs to that batch, and not to what lay there before or after.
///
/// Thread safety:  free functions; distinct objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "logio/ring/readers.hpp"

namespace logio::ring::test {

/// A well-mixed function of one word (the finalizer of splitmix64).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e37'79b9'7f4a'7c15U;
  x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9U;
  x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11ebU;
  return x ^ (x >> 31);
}

inline std::vector<std::byte> payload_of(std::uint64_t key, std::size_t bytes) {
  std::vector<std::byte> out(bytes);
  for (std::size_t at = 0; at < bytes; at += 8) {
    const std::uint64_t word = mix(key + at);
    std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, bytes - at));
  }
  return out;
}

/// Whether the payload behind `header` is the one of `key`, to the last byte.
inline bool is_payload_of(std::uint64_t key, const batch_header& header) {
  const std::byte* bytes = header.payload();
  for (std::size_t at = 0; at < header.payload_bytes; at += 8) {
    const std::uint64_t word = mix(key + at);
    const std::size_t n = std::min<std::size_t>(8, header.payload_bytes - at);
    if (std::memcmp(bytes + at, &word, n) != 0) return false;
  }
  return true;
}

/// A geometry without plan(): `lines` 64-byte lines in each of `chunks` chunks.
constexpr geometry tiny(std::uint32_t chunks, std::size_t lines, unsigned gates = 2,
                        unsigned pins = 2) {
  return {.chunk_bytes = lines * line_bytes, .chunks = chunks, .gates_max = gates,
          .pins_max = pins};
}

/// Largest payload of a batch that takes `lines` lines.
constexpr std::size_t payload_of_lines(std::size_t lines) {
  return lines * line_bytes - sizeof(batch_header);
}

inline std::unique_ptr<log_ring> open_ring(const geometry& g, std::uint64_t first_position = 0,
                                           std::uint32_t first_chunk = 0) {
  return log_ring::open(g, first_position, first_chunk).value();
}

/// Appends a batch of `key`: its payload, its key as tag and as arrival time.
template <class Ring>
append_result append_key(Ring& ring, std::uint64_t key, std::size_t bytes,
                         std::uint32_t count = 1) {
  const std::vector<std::byte> payload = payload_of(key, bytes);
  return ring.try_append(
      {.arrival_ns = static_cast<std::int64_t>(key),
       .count = count,
       .tag = static_cast<std::uint32_t>(key),
       .payload = payload});
}

}  // namespace logio::ring::test
