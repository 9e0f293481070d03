/// The tail of the log in memory: many writers, few readers, every reader sees every batch.
///
/// Appending takes positions and bytes together with one compare-and-swap, copies, and commits by
/// one store. It is try-only: there is no wait in it, and a batch that was given a place is always
/// committed, since nothing between the two can fail. Two kinds of readers: a *gate* (a dispatcher,
/// the journal) holds the ring back until it has moved on, a *pin* (history, line filters) does
/// not and may find that what it wanted is gone.
///
/// What a full ring asks of a writer's thread, in this order, so that no resume is lost:
///
///     try_append ─► full ─► run the thread's own gate ─► note_stalled ─► try_append ─► full: stop
///          ▲                                                                           reading
///          └── every publisher of the thread, when some gate's take_stalled() names it ──┘
///
/// Nothing here spins: the loops repeat only after another thread has made progress. What a writer
/// costs the others that is preempted between its place and its commit: readers see nothing behind
/// the hole until it runs again; writers go on until the ring is full. `busy` is rare (two threads
/// at the same chunk's end at once; with no gate joined, a writer preempted for a whole ring).
///
/// Ownership:      owns its memory. Batches that a reader was given stay valid until the reader
///                 moves on (gate) or releases (pin).
/// Thread safety:  try_append, end, note_stalled: any thread. Each gate and each pin belongs to one
///                 thread at a time.
/// Limits:         payloads up to shape().chunk_bytes - 40 bytes; 64 gates, 64 writers that stall.
/// Errors:         open() fails with the kernel's ENOMEM.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "logio/ring/chunk_store.hpp"
#include "logio/ring/layout.hpp"
#include "logio/ring/platform.hpp"

namespace logio::ring {

/// What a writer hands over.
struct batch {
  std::int64_t arrival_ns = 0;  ///< raised to that of the batch before, if it is lower
  std::uint32_t count = 0;
  std::uint32_t tag = 0;
  std::span<const std::byte> payload;
  std::uint32_t client = 0;
  std::uint64_t client_sequence = 0;
  /// Nobody will read it from the ring soon: it is copied there past the cache. Only for speed.
  bool past_cache = false;
};

enum class append_status {
  ok,
  full,  ///< readers must progress first; note_stalled() asks to be told
  busy,  ///< another thread is between two steps; try again in the next turn of the event loop
};

struct append_result {
  append_status status = append_status::ok;
  std::uint64_t first_position = 0;  ///< when ok
  std::uint64_t wake = 0;            ///< when ok: bit g is set if gate g slept and must be woken
  /// When ok: where the payload of the next batch goes if no other writer comes between; null at a
  /// chunk's end. For prefetching only: what lies there may be anybody's.
  const std::byte* next_payload = nullptr;
};

template <class Platform>
class gate_reader;
template <class Platform>
class pin_reader;

template <class Platform>
class basic_ring {
 public:
  /// Maps the memory; nothing of it is resident until batches arrive. The first record gets
  /// `first_position`; chunks are counted from `first_chunk` (of interest to tests only).
  static result<std::unique_ptr<basic_ring>> open(const geometry& g,
                                                  std::uint64_t first_position = 0,
                                                  std::uint32_t first_chunk = 0) {
    auto region = base::mapped_memory::map(chunk_store<Platform>::region_bytes(g));
    if (!region) return region.error();
    return std::unique_ptr<basic_ring>(
        new basic_ring(g, std::move(*region), {first_position, 0, first_chunk}));
  }

  const geometry& shape() const noexcept { return store_.shape(); }
  /// What the first record ever got.
  std::uint64_t first_position() const noexcept { return first_position_; }

  /// Appends the batch, or changes nothing. After `ok` its records have the positions
  /// first_position … + count - 1, every reader will come to them, and their arrival is not before
  /// that of any record in front of them.
  /// REQUIRES: a payload within the limit, at least one record.
  append_result try_append(batch b) noexcept;

  /// Of the oldest record that is surely still there, or of the next one when there is none.
  std::uint64_t oldest_position() const noexcept { return oldest().position; }
  /// Bytes of chunks that are written, with what is unused at their ends.
  std::size_t used_bytes() const noexcept;

  /// Where the next batch will go. Every batch appended before this call lies before it.
  place end() const noexcept { return tail_.load(); }

  /// Asks to be woken (by the bit `writer` in gate_reader::take_stalled) once a gate has moved on.
  /// The caller must try once more after this, and only then stop.
  void note_stalled(unsigned writer) noexcept {
    // seq_cst: partner is gate_reader::collect_stalled()
    stalled_.fetch_or(std::uint64_t{1} << writer, std::memory_order_seq_cst);
  }

 private:
  friend class gate_reader<Platform>;
  friend class pin_reader<Platform>;
  using memory = typename chunk_store<Platform>::memory;

  basic_ring(const geometry& g, base::mapped_memory region, const place& start)
      : store_(g, std::move(region), start.chunk),
        first_position_(start.position),
        first_positions_(g.chunks),
        tail_(start) {
    for (auto& first : first_positions_) first.store(start.position, std::memory_order_relaxed);
    latest_arrival_.store(std::numeric_limits<std::int64_t>::min(), std::memory_order_relaxed);
  }

  append_status reserve(batch& b, std::size_t need, place& from, place& to) noexcept;
  std::int64_t raise_arrival(std::int64_t arrival_ns) noexcept;
  void close_chunk(const place& at) noexcept;
  void write(const batch& b, std::uint64_t position, std::byte* to) noexcept;
  void commit(const memory& m, std::size_t offset, std::uint32_t end) noexcept;
  std::uint64_t take_sleepers() noexcept;
  place oldest() const noexcept;

  chunk_store<Platform> store_;
  const std::uint64_t first_position_;
  // By slot, of its chunk; of a slot never used the ring's first. Only told, never relied upon: so
  // no Platform's words.
  std::vector<std::atomic<std::uint64_t>> first_positions_;
  alignas(128) typename Platform::tail tail_;
  ring::cell<std::int64_t, Platform> latest_arrival_;           // touched with the tail, beside it
  alignas(128) ring::cell<std::uint64_t, Platform> stalled_{};  // bit w: writer w waits for room
  alignas(128) ring::cell<std::uint64_t, Platform> asleep_{};   // bit g: gate g wants to be woken
};

template <class Platform>
append_status basic_ring<Platform>::reserve(batch& b, std::size_t need, place& from,
                                            place& to) noexcept {
  const std::size_t chunk_bytes = shape().chunk_bytes;
  from = tail_.glance();
  for (;;) {
    to.position = from.position + b.count;
    if (from.offset + need <= chunk_bytes) {
      to.chunk = from.chunk;
      to.offset = static_cast<std::uint32_t>(from.offset + need);
    } else {
      to.chunk = from.chunk + 1;
      to.offset = static_cast<std::uint32_t>(need);
      if (!store_.is_prepared(to.chunk)) {
        const prepare_status status = store_.prepare(to.chunk);
        if (status != prepare_status::ready) {
          const place now = tail_.load();
          if (now == from) {
            return status == prepare_status::full ? append_status::full : append_status::busy;
          }
          from = now;  // others went on meanwhile: what was asked for is out of date
          continue;
        }
      }
    }
    // Whoever took a place in front of `from` had raised the arrival before; whoever does so after
    // the look at the tail makes the exchange fail.
    b.arrival_ns = raise_arrival(b.arrival_ns);
    if (tail_.compare_exchange(from, to)) return append_status::ok;
  }
}

template <class Platform>
std::int64_t basic_ring<Platform>::raise_arrival(std::int64_t arrival_ns) noexcept {
  // relaxed, both: the tail orders them. Its exchange releases what was raised before it, and the
  // look at it (glance(), compare_exchange()) acquires that.
  std::int64_t latest = latest_arrival_.load(std::memory_order_relaxed);
  while (latest < arrival_ns) {
    if (latest_arrival_.compare_exchange(latest, arrival_ns, std::memory_order_relaxed)) break;
  }
  return std::max(latest, arrival_ns);
}

template <class Platform>
append_result basic_ring<Platform>::try_append(batch b) noexcept {
  const std::size_t need = stored_bytes(b.payload.size());
  const std::size_t chunk_bytes = shape().chunk_bytes;
  LOGIO_ASSERT(need <= chunk_bytes && b.count > 0, "a batch has records and fits into a chunk");
  place from, to;
  append_result out;
  out.status = reserve(b, need, from, to);
  if (out.status != append_status::ok) return out;

  if (to.chunk != from.chunk && from.offset < chunk_bytes) close_chunk(from);
  const std::size_t offset = to.offset - need;
  if (offset == 0) {
    first_positions_[to.chunk % shape().chunks].store(from.position, std::memory_order_relaxed);
  }
  const memory m = store_.at(to.chunk);
  write(b, from.position, m.bytes + offset);
  commit(m, offset, to.offset);
  out.first_position = from.position;
  if (to.offset < chunk_bytes) out.next_payload = m.bytes + to.offset + sizeof(batch_header);
  out.wake = take_sleepers();
  // Prepare the next chunk early, half a chunk before somebody needs it at once. If it cannot be,
  // whoever comes to the end of this chunk asks again.
  if (to.offset > chunk_bytes / 2 && offset <= chunk_bytes / 2) store_.prepare(to.chunk + 1);
  return out;
}

template <class Platform>
void basic_ring<Platform>::close_chunk(const place& at) noexcept {
  // seq_cst as the commit's. The chunk is not used again before this word is there
  // (chunk_store::complete).
  store_.at(at.chunk).words[at.offset / line_bytes].store(rolled, std::memory_order_seq_cst);
}

template <class Platform>
void basic_ring<Platform>::write(const batch& b, std::uint64_t position, std::byte* to) noexcept {
  batch_header header;
  header.first_position = position;
  header.arrival_ns = b.arrival_ns;
  header.count = b.count;
  header.payload_bytes = static_cast<std::uint32_t>(b.payload.size());
  header.tag = b.tag;
  header.client = b.client;
  header.client_sequence = b.client_sequence;
  Platform::copy(to, &header, sizeof header);
  if (b.past_cache) {
    Platform::copy_past_cache(to + sizeof header, b.payload.data(), b.payload.size());
  } else {
    Platform::copy(to + sizeof header, b.payload.data(), b.payload.size());
  }
}

template <class Platform>
void basic_ring<Platform>::commit(const memory& m, std::size_t offset,
                                  std::uint32_t end) noexcept {
  // seq_cst: partner is gate_reader::try_sleep(): it sees this word, or take_sleepers() sees its
  // bit. It is also the release for the acquire in peek() and next().
  m.words[offset / line_bytes].store(end, std::memory_order_seq_cst);
}

template <class Platform>
std::uint64_t basic_ring<Platform>::take_sleepers() noexcept {
  if (asleep_.load(std::memory_order_seq_cst) == 0) return 0;
  return asleep_.exchange(0, std::memory_order_seq_cst);
}

template <class Platform>
place basic_ring<Platform>::oldest() const noexcept {
  for (;;) {
    const std::uint32_t claimed = store_.claimed();
    place out;
    out.chunk = claimed - shape().chunks + 1;
    out.position =
        first_positions_[out.chunk % shape().chunks].load(std::memory_order_relaxed);
    if (store_.claimed() == claimed) return out;
  }
}

template <class Platform>
std::size_t basic_ring<Platform>::used_bytes() const noexcept {
  const place first = oldest(), behind = end();
  // Before the ring has gone round, the oldest slots are unused.
  if (first.position == first_position_ && behind.position == first_position_) return 0;
  std::size_t chunks = 0;
  for (std::uint32_t c = first.chunk; c != behind.chunk; ++c) {
    const auto at = first_positions_[c % shape().chunks].load(std::memory_order_relaxed);
    const auto next = first_positions_[(c + 1) % shape().chunks].load(std::memory_order_relaxed);
    if (at != next) ++chunks;
  }
  return chunks * shape().chunk_bytes + behind.offset;
}

extern template class basic_ring<lock_free_platform>;
using log_ring = basic_ring<lock_free_platform>;

}  // namespace logio::ring
