/// The ring's platform inside the simulation.
///
/// Thread safety:  one thread, as the simulation.
#pragma once

#include <concepts>

#include "logio/ring/platform.hpp"
#include "logio/ring/readers.hpp"
#include "ring/model/simulation.hpp"

namespace logio::ring::model {

struct simulated {
  static void step(const void* at, access what, std::memory_order order) noexcept {
    model::step(at, what, order);
  }
  static void copy(std::byte* to, const void* from, std::size_t bytes) noexcept {
    plain_write(to, bytes);
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  static void copy_past_cache(std::byte* to, const void* from, std::size_t bytes) noexcept {
    copy(to, from, bytes);
  }
};

struct platform : simulated {
  using tail = lock_free_tail<platform>;
};

}  // namespace logio::ring::model

namespace logio::ring {

/// As the ring's own, with x86's store buffer in between.
template <class T, class Platform>
  requires std::derived_from<Platform, model::simulated>
class cell<T, Platform> {
 public:
  T load(std::memory_order order) const noexcept {
    model::step(&value_, access::load, order);
    std::uint64_t buffered = 0;
    return model::find_buffered(&value_, buffered) ? static_cast<T>(buffered) : value_;
  }
  void store(T value, std::memory_order order) noexcept {
    if (model::inside() && order != std::memory_order_seq_cst) {
      return model::buffer_store(&value_, static_cast<std::uint64_t>(value), &write, order);
    }
    model::step(&value_, access::store, order);
    value_ = value;
  }
  T exchange(T value, std::memory_order order) noexcept {
    return update(order, [value](T) { return value; });
  }
  T fetch_or(T bits, std::memory_order order) noexcept {
    return update(order, [bits](T before) { return static_cast<T>(before | bits); });
  }
  T fetch_and(T bits, std::memory_order order) noexcept {
    return update(order, [bits](T before) { return static_cast<T>(before & bits); });
  }
  bool compare_exchange(T& expected, T desired, std::memory_order order) noexcept {
    const T wanted = expected;
    expected = update(order, [=](T before) { return before == wanted ? desired : before; });
    return expected == wanted;
  }

 private:
  template <class Change>
  T update(std::memory_order order, Change change) noexcept {
    model::step(&value_, access::update, order);
    const T before = value_;
    value_ = change(before);
    return before;
  }
  static void write(void* at, std::uint64_t value) { *static_cast<T*>(at) = static_cast<T>(value); }

  T value_;
};

}  // namespace logio::ring
