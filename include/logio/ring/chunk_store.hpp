/// The memory of the ring: slots, spare chunks, and the rule by which a chunk is used again.
///
/// Chunk c may take the slot of chunk c - chunks when (1) every gating reader has left that chunk,
/// (2) every batch in it is committed, so that no writer still copies into it. A reader of history
/// does not stop this: if one has pinned the chunk, the slot gets a spare, and the pinned memory
/// becomes a spare when it is let go. There are as many spares as pins, so one is always free.
///
///     prepare(c):  gates left c - chunks? ─► complete? ─► CLAIM c ─► gates left? ─► pinned?
///                  no: full                  no: busy       ▲        no: unclaim,   yes: swap
///                                                           │            full       no:  clean
///     join/pin:    ANNOUNCE ─► claimed? then it is lost ────┘
///
/// Announcing and claiming are a store followed by a load of the other's word, all sequentially
/// consistent: at least one side sees the other (Dekker). The first look at the gates is only
/// there so that a full ring, which is tried again and again, claims nothing and tells no reader
/// of its oldest chunk that it is lost. A claim is taken back only when a gate joined the oldest
/// chunk between the two looks.
///
/// With no gate joined, nobody holds the ring back: it goes round, and rule (2) alone keeps a
/// writer that was preempted in its copy from being overtaken by a whole ring.
///
/// Ownership:      owns the memory; the ring owns the store.
/// Thread safety:  any thread. prepare() is exclusive by a flag that nobody waits for: who finds it
///                 taken is told `busy`. What the flag guards is handed on by its release.
/// Limits:         chunks + pins_max chunks, reserved at construction, resident when touched.
///                 prepare() walks the commit words of one or more old chunks: two looks per
///                 batch that lay there, paid once per batch.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "logio/base/mapped_memory.hpp"
#include "logio/ring/layout.hpp"
#include "logio/ring/platform.hpp"

namespace logio::ring {

enum class prepare_status {
  ready,  ///< the chunk can be written
  full,   ///< a gating reader is still in the chunk that would be overwritten
  busy,   ///< another thread prepares, or has yet to commit into the old chunk; try again later
};

template <class Platform>
class chunk_store {
 public:
  template <class T>
  using cell = ring::cell<T, Platform>;

  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};

  /// Memory of one chunk. Slot contents change only between claims, never while in use.
  struct memory {
    std::byte* bytes = nullptr;
    cell<std::uint32_t>* words = nullptr;
  };

  /// `first_chunk` is prepared; the next chunks - 1 have never been used.
  chunk_store(const geometry& g, base::mapped_memory region, std::uint32_t first_chunk);

  static std::size_t region_bytes(const geometry& g) noexcept {
    return (std::size_t{g.chunks} + g.pins_max) * (g.chunk_bytes + words_bytes(g));
  }

  const geometry& shape() const noexcept { return shape_; }

  /// REQUIRES: `chunk` is prepared, and the caller holds it (writes, gates or pins it).
  memory at(std::uint32_t chunk) const noexcept {
    return all_[slots_[slot(chunk)].load(std::memory_order_relaxed)];
  }

  bool is_prepared(std::uint32_t chunk) const noexcept {
    // seq_cst: partner is prepared_'s store in prepare_exclusively(). Acquire would do for the
    // memory; a gate that falls asleep at the exact end of a chunk needs it in the order of all.
    return chunk_distance(chunk, prepared_.load(std::memory_order_seq_cst)) >= 0;
  }

  /// The newest chunk that was or is being prepared; what is `chunks` before it is lost.
  std::uint32_t claimed() const noexcept { return claimed_.load(std::memory_order_seq_cst); }

  /// Makes `chunk` writable. REQUIRES: the chunk before it is prepared.
  prepare_status prepare(std::uint32_t chunk) noexcept;

  /// Gating: from now on nothing from `chunk` on is overwritten. False: it is already lost.
  bool announce_gate(unsigned gate, std::uint32_t chunk) noexcept {
    gates_[gate].chunk.store(chunk, std::memory_order_seq_cst);  // partner: gates_left()
    return !is_claimed_over(chunk);
  }
  /// Lets go of everything before `chunk`. REQUIRES: the gate holds an earlier one.
  void move_gate(unsigned gate, std::uint32_t chunk) noexcept {
    gates_[gate].chunk.store(chunk, std::memory_order_seq_cst);  // partner: gates_left()
  }
  void drop_gate(unsigned gate) noexcept {
    gates_[gate].chunk.store(nowhere, std::memory_order_seq_cst);  // partner: gates_left()
  }

  /// Pinning: the chunk's memory stays as it is until unpin(). Empty: it is already lost.
  memory pin(unsigned pin, std::uint32_t chunk) noexcept;
  void unpin(unsigned pin) noexcept {
    // release: partner is look_at_pins(), after which the memory is cleaned
    pins_[pin].chunk.store(nowhere, std::memory_order_release);
  }

 private:
  struct alignas(128) reader_word {
    cell<std::uint64_t> chunk;
  };
  struct limbo_chunk {
    std::uint32_t index;
    std::uint32_t chunk;
  };

  static std::size_t words_bytes(const geometry& g) noexcept {
    return g.chunk_bytes / line_bytes * sizeof(std::uint32_t);
  }
  std::uint32_t slot(std::uint32_t chunk) const noexcept { return chunk & (shape_.chunks - 1); }

  bool is_claimed_over(std::uint32_t chunk) const noexcept {
    // seq_cst: partner is the claim in prepare_exclusively()
    const std::uint32_t claimed = claimed_.load(std::memory_order_seq_cst);
    return chunk_distance(chunk, claimed) >= static_cast<std::int32_t>(shape_.chunks);
  }
  void claim(std::uint32_t chunk) noexcept {
    // seq_cst: partner is is_claimed_over(). Who announced before this is seen by gates_left() and
    // look_at_pins(), who announces after it sees this.
    claimed_.store(chunk, std::memory_order_seq_cst);
  }

  prepare_status prepare_exclusively(std::uint32_t chunk) noexcept;
  prepare_status reuse(std::uint32_t chunk) noexcept;
  void retire(std::uint32_t old) noexcept;
  bool gates_left(std::uint32_t old) const noexcept;
  bool complete(const memory& m) const noexcept;
  void clean(const memory& m) noexcept;
  void look_at_pins() noexcept;
  bool seen_pinned(std::uint32_t chunk) const noexcept;
  void reclaim_limbo() noexcept;

  geometry shape_;
  base::mapped_memory region_;
  std::vector<memory> all_;                       // constant after construction
  std::vector<cell<std::uint32_t>> slots_;        // slot -> index into all_
  std::unique_ptr<reader_word[]> gates_, pins_;
  alignas(128) cell<std::uint32_t> claimed_{};    // newest chunk that was or is being prepared
  alignas(128) cell<std::uint32_t> prepared_{};   // newest chunk that may be written
  alignas(128) cell<std::uint32_t> preparing_{};  // 1 while a thread is in prepare()
  // Touched only by the thread that holds preparing_:
  std::vector<std::uint32_t> spares_;
  std::vector<limbo_chunk> limbo_;          // retired while pinned
  std::vector<std::uint64_t> seen_pins_;    // the pins' words, each read once
  std::uint32_t unused_ = 0;                // slots in which no chunk has been yet
};

template <class Platform>
chunk_store<Platform>::chunk_store(const geometry& g, base::mapped_memory region,
                                   std::uint32_t first_chunk)
    : shape_(g),
      region_(std::move(region)),
      slots_(g.chunks),
      gates_(std::make_unique<reader_word[]>(g.gates_max)),
      pins_(std::make_unique<reader_word[]>(g.pins_max)),
      unused_(g.chunks - 1) {
  LOGIO_ASSERT(g.chunks >= 2 && std::has_single_bit(g.chunks), "chunks are a power of two");
  LOGIO_ASSERT(g.chunk_bytes > 0 && g.chunk_bytes % line_bytes == 0, "chunks are whole lines");
  LOGIO_ASSERT(g.chunk_bytes < rolled && g.gates_max <= 64, "the geometry is within its limits");
  const std::size_t total = std::size_t{g.chunks} + g.pins_max;
  LOGIO_ASSERT(region_.size() >= region_bytes(g), "the region holds every chunk");
  std::byte* words = region_.data() + total * g.chunk_bytes;
  for (std::size_t i = 0; i < total; ++i) {
    // Zeroed pages are cells of value 0; constructing them would touch every page.
    all_.push_back({region_.data() + i * g.chunk_bytes,
                    reinterpret_cast<cell<std::uint32_t>*>(words + i * words_bytes(g))});
    if (i >= g.chunks) spares_.push_back(static_cast<std::uint32_t>(i));
  }
  for (std::uint32_t i = 0; i < g.chunks; ++i) slots_[i].store(i, std::memory_order_relaxed);
  for (unsigned i = 0; i < g.gates_max; ++i) drop_gate(i);
  for (unsigned i = 0; i < g.pins_max; ++i) unpin(i);
  claimed_.store(first_chunk, std::memory_order_relaxed);
  prepared_.store(first_chunk, std::memory_order_relaxed);
  limbo_.reserve(g.pins_max);
  seen_pins_.resize(g.pins_max);
}

template <class Platform>
auto chunk_store<Platform>::pin(unsigned pin, std::uint32_t chunk) noexcept -> memory {
  // seq_cst, all three: partners are claim(), look_at_pins() and the swap in retire(). If the claim
  // is not seen, it comes later, sees this pin, and swaps after the slot was read here.
  pins_[pin].chunk.store(chunk, std::memory_order_seq_cst);
  const std::uint32_t index = slots_[slot(chunk)].load(std::memory_order_seq_cst);
  if (is_claimed_over(chunk)) {
    unpin(pin);
    return {};
  }
  return all_[index];
}

template <class Platform>
prepare_status chunk_store<Platform>::prepare(std::uint32_t chunk) noexcept {
  // acquire and release: hand the plain members from one preparing thread to the next
  if (preparing_.exchange(1, std::memory_order_acquire) != 0) return prepare_status::busy;
  const prepare_status status = prepare_exclusively(chunk);
  preparing_.store(0, std::memory_order_release);
  return status;
}

template <class Platform>
prepare_status chunk_store<Platform>::prepare_exclusively(std::uint32_t chunk) noexcept {
  if (is_prepared(chunk)) return prepare_status::ready;
  LOGIO_ASSERT(is_prepared(chunk - 1), "chunks are prepared one after the other");
  if (unused_ > 0) {
    --unused_;
    claim(chunk);
  } else if (const prepare_status status = reuse(chunk); status != prepare_status::ready) {
    return status;
  }
  // release for the cleaned words and the slot, seq_cst for is_prepared()
  prepared_.store(chunk, std::memory_order_seq_cst);
  return prepare_status::ready;
}

template <class Platform>
prepare_status chunk_store<Platform>::reuse(std::uint32_t chunk) noexcept {
  const std::uint32_t old = chunk - shape_.chunks;
  if (!gates_left(old)) return prepare_status::full;
  if (!complete(at(old))) return prepare_status::busy;  // once complete, it stays so
  claim(chunk);
  if (!gates_left(old)) {
    claim(chunk - 1);
    return prepare_status::full;
  }
  retire(old);
  return prepare_status::ready;
}

template <class Platform>
void chunk_store<Platform>::retire(std::uint32_t old) noexcept {
  cell<std::uint32_t>& slot_cell = slots_[slot(old)];
  const std::uint32_t index = slot_cell.load(std::memory_order_relaxed);
  look_at_pins();
  reclaim_limbo();
  if (!seen_pinned(old)) {
    clean(all_[index]);
    return;
  }
  // Each pin was looked at once, so it can account for one chunk only, this one or one in limbo.
  LOGIO_ASSERT(!spares_.empty(), "there is a spare chunk for each pin");
  limbo_.push_back({index, old});
  slot_cell.store(spares_.back(), std::memory_order_seq_cst);  // partner: pin()
  spares_.pop_back();
}

template <class Platform>
bool chunk_store<Platform>::gates_left(std::uint32_t old) const noexcept {
  for (unsigned i = 0; i < shape_.gates_max; ++i) {
    // seq_cst: partners are announce_gate() and, for the stalled writer's second try, move_gate()
    const std::uint64_t at = gates_[i].chunk.load(std::memory_order_seq_cst);
    if (at == nowhere) continue;
    if (chunk_distance(old, static_cast<std::uint32_t>(at)) <= 0) return false;
  }
  return true;
}

template <class Platform>
bool chunk_store<Platform>::complete(const memory& m) const noexcept {
  for (std::size_t at = 0; at < shape_.chunk_bytes;) {
    // acquire: partner is the commit in try_append(); its copy is over before the chunk is reused
    const std::uint32_t word = m.words[at / line_bytes].load(std::memory_order_acquire);
    if (word == 0) return false;
    if (word == rolled) return true;
    at = word;
  }
  return true;
}

template <class Platform>
void chunk_store<Platform>::clean(const memory& m) noexcept {
  for (std::size_t at = 0; at < shape_.chunk_bytes;) {
    cell<std::uint32_t>& commit_word = m.words[at / line_bytes];
    const std::uint32_t word = commit_word.load(std::memory_order_relaxed);
    commit_word.store(0, std::memory_order_relaxed);  // published by prepared_
    if (word == rolled || word == 0) return;
    at = word;
  }
}

template <class Platform>
void chunk_store<Platform>::look_at_pins() noexcept {
  for (unsigned i = 0; i < shape_.pins_max; ++i) {
    // seq_cst: partner is pin(); also the acquire for unpin()
    seen_pins_[i] = pins_[i].chunk.load(std::memory_order_seq_cst);
  }
}

template <class Platform>
bool chunk_store<Platform>::seen_pinned(std::uint32_t chunk) const noexcept {
  for (const std::uint64_t pinned : seen_pins_) {
    if (pinned == chunk) return true;
  }
  return false;
}

template <class Platform>
void chunk_store<Platform>::reclaim_limbo() noexcept {
  for (std::size_t i = 0; i < limbo_.size();) {
    if (seen_pinned(limbo_[i].chunk)) {
      ++i;
      continue;
    }
    clean(all_[limbo_[i].index]);
    spares_.push_back(limbo_[i].index);
    limbo_[i] = limbo_.back();
    limbo_.pop_back();
  }
}

}  // namespace logio::ring
