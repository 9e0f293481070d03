/// The ring with one thing wrong each time, so that the model test shows that it would notice.
///
/// A mutant is a platform of its own, for which one member function of the ring is specialized: the
/// rest is the real code. What each leaves out is a line that a reader of the ring might think
/// unnecessary.
///
/// Thread safety:  one thread, as the simulation.
#pragma once

#include "ring/model/scenarios.hpp"

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
#define LOGIO_MUTANT(name)               \
  struct name : simulated {              \
    using tail = lock_free_tail<name>;   \
  }

namespace logio::ring {
namespace model {
LOGIO_MUTANT(commits_before_copying);
LOGIO_MUTANT(commits_relaxed);
LOGIO_MUTANT(commits_with_release_only);
LOGIO_MUTANT(looks_for_sleepers_before_committing);
LOGIO_MUTANT(closes_no_chunk);
LOGIO_MUTANT(raises_no_arrival);
LOGIO_MUTANT(overwrites_the_arrival);
LOGIO_MUTANT(pins_without_second_look);
LOGIO_MUTANT(pins_after_looking);
LOGIO_MUTANT(pins_with_release_only);
LOGIO_MUTANT(unpins_relaxed);
LOGIO_MUTANT(claims_nothing);
LOGIO_MUTANT(claims_with_release_only);
LOGIO_MUTANT(claims_without_second_look);
LOGIO_MUTANT(ignores_gates);
LOGIO_MUTANT(ignores_pins);
LOGIO_MUTANT(ignores_writers_that_copy);
LOGIO_MUTANT(looks_at_pins_twice);
LOGIO_MUTANT(frees_pinned_chunks);
LOGIO_MUTANT(cleans_nothing);
LOGIO_MUTANT(announces_gates_with_release_only);
LOGIO_MUTANT(sleeps_without_second_look);
LOGIO_MUTANT(resumes_before_moving);
LOGIO_MUTANT(joins_without_resuming);
LOGIO_MUTANT(leaves_without_resuming);

/// The exchange compares only where the tail is, so that a torn glance passes.
template <class Platform>
class half_compared_tail : public lock_free_tail<Platform> {
 public:
  using lock_free_tail<Platform>::lock_free_tail;
  bool compare_exchange(place& expected, const place& desired) noexcept {
    for (;;) {
      place found = expected;
      if (lock_free_tail<Platform>::compare_exchange(found, desired)) return true;
      const bool same_place = found.offset == expected.offset && found.chunk == expected.chunk;
      if (!same_place) {
        expected = found;
        return false;
      }
      if (lock_free_tail<Platform>::compare_exchange(found, desired)) return true;
    }
  }
};
struct accepts_a_torn_glance : simulated {
  using tail = half_compared_tail<accepts_a_torn_glance>;
};
}  // namespace model

// -- Appending ------------------------------------------------------------------------------------

template <>
inline void basic_ring<model::commits_before_copying>::write(const batch& b, std::uint64_t position,
                                                             std::byte* to) noexcept {
  const place end = tail_.load();  // with one writer, this batch's
  const memory m = store_.at(end.chunk);
  commit(m, static_cast<std::size_t>(to - m.bytes), end.offset);
  batch_header header{.first_position = position, .arrival_ns = b.arrival_ns, .count = b.count,
                      .payload_bytes = static_cast<std::uint32_t>(b.payload.size()), .tag = b.tag};
  model::simulated::copy(to, &header, sizeof header);
  model::simulated::copy(to + sizeof header, b.payload.data(), b.payload.size());
}

template <>
inline void basic_ring<model::commits_relaxed>::commit(const memory& m, std::size_t offset,
                                                       std::uint32_t end) noexcept {
  m.words[offset / line_bytes].store(end, std::memory_order_relaxed);
}

template <>
inline void basic_ring<model::commits_with_release_only>::commit(const memory& m,
                                                                 std::size_t offset,
                                                                 std::uint32_t end) noexcept {
  m.words[offset / line_bytes].store(end, std::memory_order_release);
}

template <>
inline append_result basic_ring<model::looks_for_sleepers_before_committing>::try_append(
    batch b) noexcept {
  const std::size_t need = stored_bytes(b.payload.size());
  place from, to;
  append_result out;
  out.status = reserve(b, need, from, to);
  if (out.status != append_status::ok) return out;
  const memory m = store_.at(to.chunk);
  write(b, from.position, m.bytes + (to.offset - need));
  out.wake = take_sleepers();
  commit(m, to.offset - need, to.offset);
  return out;
}

template <>
inline void basic_ring<model::closes_no_chunk>::close_chunk(const place&) noexcept {}

template <>
inline std::int64_t basic_ring<model::raises_no_arrival>::raise_arrival(
    std::int64_t arrival_ns) noexcept {
  return arrival_ns;
}

template <>
inline std::int64_t basic_ring<model::overwrites_the_arrival>::raise_arrival(
    std::int64_t arrival_ns) noexcept {
  const std::int64_t latest = latest_arrival_.load(std::memory_order_relaxed);
  if (latest < arrival_ns) latest_arrival_.store(arrival_ns, std::memory_order_seq_cst);
  return std::max(latest, arrival_ns);
}

// -- Pins -----------------------------------------------------------------------------------------

template <>
inline auto chunk_store<model::pins_without_second_look>::pin(unsigned pin,
                                                              std::uint32_t chunk) noexcept
    -> memory {
  pins_[pin].chunk.store(chunk, std::memory_order_seq_cst);
  return all_[slots_[slot(chunk)].load(std::memory_order_seq_cst)];
}

template <>
inline auto chunk_store<model::pins_after_looking>::pin(unsigned pin,
                                                        std::uint32_t chunk) noexcept -> memory {
  const std::uint32_t index = slots_[slot(chunk)].load(std::memory_order_seq_cst);
  if (is_claimed_over(chunk)) return {};
  pins_[pin].chunk.store(chunk, std::memory_order_seq_cst);
  return all_[index];
}

template <>
inline auto chunk_store<model::pins_with_release_only>::pin(unsigned pin,
                                                            std::uint32_t chunk) noexcept
    -> memory {
  pins_[pin].chunk.store(chunk, std::memory_order_release);
  const std::uint32_t index = slots_[slot(chunk)].load(std::memory_order_seq_cst);
  if (is_claimed_over(chunk)) {
    unpin(pin);
    return {};
  }
  return all_[index];
}

template <>
inline void chunk_store<model::unpins_relaxed>::unpin(unsigned pin) noexcept {
  pins_[pin].chunk.store(nowhere, std::memory_order_relaxed);
}

// -- Using a chunk again --------------------------------------------------------------------------

template <>
inline void chunk_store<model::claims_nothing>::claim(std::uint32_t) noexcept {}

template <>
inline void chunk_store<model::claims_with_release_only>::claim(std::uint32_t chunk) noexcept {
  claimed_.store(chunk, std::memory_order_release);
}

template <>
inline prepare_status chunk_store<model::claims_without_second_look>::reuse(
    std::uint32_t chunk) noexcept {
  const std::uint32_t old = chunk - shape_.chunks;
  if (!gates_left(old)) return prepare_status::full;
  if (!complete(at(old))) return prepare_status::busy;
  claim(chunk);
  retire(old);
  return prepare_status::ready;
}

template <>
inline bool chunk_store<model::ignores_gates>::gates_left(std::uint32_t) const noexcept {
  return true;
}

template <>
inline bool chunk_store<model::ignores_pins>::seen_pinned(std::uint32_t) const noexcept {
  return false;
}

template <>
inline bool chunk_store<model::ignores_writers_that_copy>::complete(const memory&) const noexcept {
  return true;
}

template <>
inline bool chunk_store<model::looks_at_pins_twice>::seen_pinned(
    std::uint32_t chunk) const noexcept {
  for (unsigned i = 0; i < shape_.pins_max; ++i) {
    if (pins_[i].chunk.load(std::memory_order_seq_cst) == chunk) return true;
  }
  return false;
}

template <>
inline void chunk_store<model::frees_pinned_chunks>::reclaim_limbo() noexcept {
  while (!limbo_.empty()) {
    clean(all_[limbo_.back().index]);
    spares_.push_back(limbo_.back().index);
    limbo_.pop_back();
  }
}

template <>
inline void chunk_store<model::cleans_nothing>::clean(const memory&) noexcept {}

template <>
inline bool chunk_store<model::announces_gates_with_release_only>::announce_gate(
    unsigned gate, std::uint32_t chunk) noexcept {
  gates_[gate].chunk.store(chunk, std::memory_order_release);
  return !is_claimed_over(chunk);
}

// -- Gates ----------------------------------------------------------------------------------------

template <>
inline bool gate_reader<model::sleeps_without_second_look>::try_sleep() noexcept {
  ring_.asleep_.fetch_or(bit(), std::memory_order_seq_cst);
  return true;
}

template <>
inline void gate_reader<model::resumes_before_moving>::enter_chunk(std::uint32_t chunk) noexcept {
  collect_stalled();
  ring_.store_.move_gate(gate_, chunk);
  at_.chunk = chunk;
  at_.offset = 0;
  memory_ = ring_.store_.at(chunk);
}

template <>
inline void gate_reader<model::joins_without_resuming>::join() noexcept {
  do {
    at_ = ring_.tail_.load();
  } while (!ring_.store_.announce_gate(gate_, at_.chunk));
  memory_ = ring_.store_.at(at_.chunk);
  joined_ = true;
}

template <>
inline void gate_reader<model::leaves_without_resuming>::leave() noexcept {
  drop();
}

}  // namespace logio::ring

#undef LOGIO_MUTANT
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
