/// What lies in the ring: chunks of batches, and how a place in it is named.
///
/// The ring is `chunks` pieces of memory of `chunk_bytes` each. Chunks are numbered from 0 for
/// ever; chunk number c lies in slot c % chunks. Batches lie one behind the other, each at a
/// multiple of 64 bytes, and never cross a chunk. Beside the bytes of a chunk lies one 32-bit
/// *commit word* for each of its 64-byte lines; the word of the line where a batch begins says
/// whether the batch is there:
///
///     bytes   | header | payload ...   | header | payload | (unused tail)   |
///     lines   0        1        2      3        4         5        6        7
///     words   3*64     0        0      5*64     0         rolled   0        0
///             `- committed, ends there `- committed       `- goes on in the next chunk
///
/// A word of 0 means: nothing yet, or still being copied. So data never shares memory with what
/// says that it is complete: no text that a publisher sends can look like a commit.
///
/// Source: the idea of reserving by one atomic and committing by a word in front of the data, and
/// of padding written by whoever trips over the end, follows Aeron's log buffers (terms); the gate
/// follows the Disruptor's gating sequences.
#pragma once

#include <cstddef>
#include <cstdint>

#include "logio/base/result.hpp"

namespace logio::ring {

inline constexpr std::size_t line_bytes = 64;

/// Stands before the payload of each batch.
struct batch_header {
  std::uint64_t first_position = 0;  ///< of the batch's first record
  std::int64_t arrival_ns = 0;       ///< not before that of the batch in front of it
  std::uint32_t count = 0;           ///< records in the batch, at least 1
  std::uint32_t payload_bytes = 0;
  std::uint32_t tag = 0;     ///< given by the writer: the topic's id
  std::uint32_t client = 0;  ///< given by the writer: who numbers these records; 0: nobody
  std::uint64_t client_sequence = 0;  ///< the client's number of the last of them

  const std::byte* payload() const noexcept {
    return reinterpret_cast<const std::byte*>(this) + sizeof(batch_header);
  }
};
static_assert(sizeof(batch_header) == 40);

/// Where the next batch goes, and where a reader stands. The position says which record that is;
/// the end of a chunk and the start of the next one are two places of the same record.
struct place {
  std::uint64_t position = 0;  ///< of the next record
  std::uint32_t offset = 0;    ///< in the chunk, in bytes
  std::uint32_t chunk = 0;     ///< number of the chunk, counted up for ever (modulo 2^32)

  bool operator==(const place&) const noexcept = default;
};
static_assert(sizeof(place) == 16);

/// Value of a commit word: the chunk ends here, the next batch is at the start of the next one.
inline constexpr std::uint32_t rolled = 0xffff'ffff;

/// Bytes that a batch takes in its chunk.
constexpr std::size_t stored_bytes(std::size_t payload_bytes) noexcept {
  return (sizeof(batch_header) + payload_bytes + line_bytes - 1) / line_bytes * line_bytes;
}

/// Chunk numbers wrap after 2^32 chunks; as long as no two compared numbers are 2^31 apart (a
/// reader is at most `chunks` behind), the difference tells their order.
constexpr std::int32_t chunk_distance(std::uint32_t from, std::uint32_t to) noexcept {
  return static_cast<std::int32_t>(to - from);
}

struct geometry {
  std::size_t chunk_bytes = 0;  ///< a multiple of 64, at most 1 GiB
  std::uint32_t chunks = 0;     ///< a power of two, at least 2: numbers wrap, slots must not jump
  unsigned gates_max = 1;       ///< gating readers, 1 to 64
  unsigned pins_max = 1;        ///< readers of history, each of which may cost one spare chunk
};

/// Returned by plan().
enum class ring_error {
  too_small = 1,     ///< the largest payload is more than a quarter of ring_bytes
  too_large,         ///< the largest payload is more than a chunk may be: 1 GiB
  too_many_readers,  ///< more than 64 gates, or none
};
error_code make_error_code(ring_error e) noexcept;

/// Chunk size and count for a ring of `ring_bytes`: sixteen chunks, or eight or four larger ones
/// where the largest payload asks for it, so that it is at most a quarter of the ring. The ring
/// takes at most ring_bytes plus 1/16 for headers and rounding of the largest payload; the commit
/// words add up to 1/16 of what small batches touch, and each pin may add a chunk.
result<geometry> plan(std::size_t ring_bytes, std::size_t payload_bytes_max, unsigned gates_max,
                      unsigned pins_max) noexcept;

}  // namespace logio::ring

template <>
struct boost::system::is_error_code_enum<logio::ring::ring_error> : std::true_type {};
