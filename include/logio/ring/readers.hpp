/// The two ways to read the ring.
///
/// Two readers stand at the same record when their positions are equal. Their places may differ:
/// the end of a chunk is also the start of the next one.
///
/// Ownership:      both borrow the ring, which must outlive them.
/// Thread safety:  each object belongs to one thread at a time; each gate number and each pin
///                 number to one object.
#pragma once

#include <cstdint>
#include <utility>

#include "logio/ring/ring.hpp"

namespace logio::ring {

/// Reads every batch from where it joined; the ring does not overwrite what it has not passed.
///
///     join() ─► peek() ─► use ─► advance() ─► peek() … null ─► try_sleep() ─► (woken) ─► peek()
///
/// A gate that makes room takes upon itself to resume the writers that waited for it: after join,
/// peek, try_sleep and leave look at take_stalled(). A resumed writer that finds the ring still
/// full (another gate is in its way) notes itself again.
template <class Platform>
class gate_reader {
 public:
  gate_reader(basic_ring<Platform>& ring, unsigned gate) noexcept : ring_(ring), gate_(gate) {}
  gate_reader(const gate_reader&) = delete;
  /// A joined gate is dropped; writers that wait for it alone are not named to anybody any more,
  /// so leave() before, unless no writer runs any more.
  ~gate_reader() {
    if (joined_) drop();
  }

  /// After it returns, every batch appended later is seen, none appended before. Repeats only if
  /// the writers went round the whole ring meanwhile.
  void join() noexcept;
  /// Stops holding the ring back.
  void leave() noexcept;
  bool joined() const noexcept { return joined_; }

  /// The next batch, or null when there is none yet. It stays valid until the next peek().
  const batch_header* peek() noexcept;
  /// Moves past the batch of the last peek().
  void advance() noexcept;

  /// True: the next append names this gate in append_result::wake (also when it lies behind one
  /// that another thread has not committed yet; that one names it too, if it sleeps again).
  /// False: there is work.
  bool try_sleep() noexcept;

  /// Writers that waited for this gate and must be resumed now.
  std::uint64_t take_stalled() noexcept { return std::exchange(stalled_, 0); }

  /// Where the reader stands: in front of the next batch.
  const place& at() const noexcept { return at_; }

 private:
  std::uint64_t bit() const noexcept { return std::uint64_t{1} << gate_; }
  void drop() noexcept;
  void enter_chunk(std::uint32_t chunk) noexcept;
  void collect_stalled() noexcept;

  basic_ring<Platform>& ring_;
  unsigned gate_;
  bool joined_ = false;
  place at_;
  typename chunk_store<Platform>::memory memory_;
  std::uint64_t stalled_ = 0;
};

/// Reads from a given place without holding the ring back.
///
///     seek(place) ─► next() ─► use ─► next() … ─► release()      lost ─► seek(elsewhere)
///
/// Between the first next() and release() one chunk is pinned; keep that short (a slice of at most
/// 64 KiB), for each pin may cost a spare chunk.
template <class Platform>
class pin_reader {
 public:
  enum class status { batch, end, lost };

  pin_reader(basic_ring<Platform>& ring, unsigned pin) noexcept : ring_(ring), pin_(pin) {}
  pin_reader(const pin_reader&) = delete;
  ~pin_reader() { release(); }

  /// REQUIRES: `p` was taken from a reader's at() or the ring's end().
  void seek(const place& p) noexcept {
    release();
    at_ = p;
  }

  /// Stands in front of the first batch of `chunk`: `batch`. `end`: nothing is committed there;
  /// `lost`: it is overwritten, or was never written; the place is then as before.
  /// REQUIRES: `chunk` is at most the ring's end().chunk, and less than 2^31 before it.
  status seek_chunk(std::uint32_t chunk) noexcept;

  /// `batch`: out is the batch at at(), and at() is now behind it. `end`: there is none yet.
  /// `lost`: the ring has overwritten it; at() still says where the reader stood.
  status next(const batch_header*& out) noexcept;

  /// Lets go of the chunk; batches given out become invalid. The place stays.
  void release() noexcept {
    if (pinned_) ring_.store_.unpin(pin_);
    pinned_ = false;
  }

  const place& at() const noexcept { return at_; }

 private:
  basic_ring<Platform>& ring_;
  unsigned pin_;
  bool pinned_ = false;
  place at_;
  typename chunk_store<Platform>::memory memory_;
};

template <class Platform>
void gate_reader<Platform>::join() noexcept {
  LOGIO_ASSERT(!joined_, "a gate joins once");
  do {
    at_ = ring_.tail_.load();
  } while (!ring_.store_.announce_gate(gate_, at_.chunk));
  memory_ = ring_.store_.at(at_.chunk);
  joined_ = true;
  collect_stalled();  // an announcement that came too late may have stopped a writer
}

template <class Platform>
void gate_reader<Platform>::leave() noexcept {
  drop();
  collect_stalled();
}

template <class Platform>
void gate_reader<Platform>::drop() noexcept {
  ring_.asleep_.fetch_and(~bit(), std::memory_order_seq_cst);
  ring_.store_.drop_gate(gate_);
  joined_ = false;
}

template <class Platform>
const batch_header* gate_reader<Platform>::peek() noexcept {
  for (;;) {
    if (at_.offset >= ring_.shape().chunk_bytes) {
      if (!ring_.store_.is_prepared(at_.chunk + 1)) return nullptr;
      enter_chunk(at_.chunk + 1);
      continue;
    }
    // partner is commit(); acquire for what it covers, seq_cst for try_sleep()'s second look
    const std::uint32_t word =
        memory_.words[at_.offset / line_bytes].load(std::memory_order_seq_cst);
    if (word == 0) return nullptr;
    if (word == rolled) {
      enter_chunk(at_.chunk + 1);
      continue;
    }
    const auto* header = reinterpret_cast<const batch_header*>(memory_.bytes + at_.offset);
    LOGIO_ASSERT(header->first_position == at_.position, "positions are dense");
    return header;
  }
}

template <class Platform>
void gate_reader<Platform>::advance() noexcept {
  const auto* header = reinterpret_cast<const batch_header*>(memory_.bytes + at_.offset);
  at_.position += header->count;
  at_.offset += static_cast<std::uint32_t>(stored_bytes(header->payload_bytes));
}

template <class Platform>
bool gate_reader<Platform>::try_sleep() noexcept {
  // seq_cst: partner is commit() and take_sleepers(); peek()'s looks are seq_cst for this
  ring_.asleep_.fetch_or(bit(), std::memory_order_seq_cst);
  if (peek() == nullptr) return true;
  ring_.asleep_.fetch_and(~bit(), std::memory_order_seq_cst);
  return false;
}

template <class Platform>
void gate_reader<Platform>::enter_chunk(std::uint32_t chunk) noexcept {
  ring_.store_.move_gate(gate_, chunk);
  at_.chunk = chunk;
  at_.offset = 0;
  memory_ = ring_.store_.at(chunk);
  collect_stalled();
}

template <class Platform>
void gate_reader<Platform>::collect_stalled() noexcept {
  // seq_cst: partner is note_stalled(): either the writer's second try finds the gate moved, or
  // this finds the writer's bit
  if (ring_.stalled_.load(std::memory_order_seq_cst) == 0) return;
  stalled_ |= ring_.stalled_.exchange(0, std::memory_order_seq_cst);
}

template <class Platform>
auto pin_reader<Platform>::seek_chunk(std::uint32_t chunk) noexcept -> status {
  release();
  memory_ = ring_.store_.pin(pin_, chunk);
  if (memory_.bytes == nullptr) return status::lost;
  pinned_ = true;
  // acquire: partner is commit(). A chunk begins with a batch or with nothing.
  if (memory_.words[0].load(std::memory_order_acquire) == 0) {
    release();
    return status::end;
  }
  at_.position = reinterpret_cast<const batch_header*>(memory_.bytes)->first_position;
  at_.offset = 0;
  at_.chunk = chunk;
  return status::batch;
}

template <class Platform>
auto pin_reader<Platform>::next(const batch_header*& out) noexcept -> status {
  for (;;) {
    if (!pinned_) {
      memory_ = ring_.store_.pin(pin_, at_.chunk);
      if (memory_.bytes == nullptr) return status::lost;
      pinned_ = true;
    }
    std::uint32_t word = rolled;
    if (at_.offset < ring_.shape().chunk_bytes) {
      // acquire: partner is commit()
      word = memory_.words[at_.offset / line_bytes].load(std::memory_order_acquire);
    } else if (!ring_.store_.is_prepared(at_.chunk + 1)) {
      return status::end;
    }
    if (word == 0) return status::end;
    if (word != rolled) break;
    release();
    ++at_.chunk;
    at_.offset = 0;
  }
  out = reinterpret_cast<const batch_header*>(memory_.bytes + at_.offset);
  LOGIO_ASSERT(out->first_position == at_.position, "positions are dense");
  at_.position += out->count;
  at_.offset += static_cast<std::uint32_t>(stored_bytes(out->payload_bytes));
  return status::batch;
}

extern template class gate_reader<lock_free_platform>;
extern template class pin_reader<lock_free_platform>;
using log_gate = gate_reader<lock_free_platform>;
using log_pin = pin_reader<lock_free_platform>;

}  // namespace logio::ring
