/// The atomics of the ring, behind one seam.
///
/// Every access to memory that threads share goes through a `cell`, a tail or a copy of Platform's,
/// and each says to Platform::step() what it is about to do. For the program that is nothing. The
/// model test's platform switches to another simulated thread there, and so runs the ring's real
/// code through every interleaving, with the memory orders that stand in it.
///
/// Thread safety:  cell and the tails: any thread.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "logio/ring/layout.hpp"

namespace logio::ring {

/// What a step does to the word that it names.
enum class access { load, store, update };

/// A shared word. Zeroed memory is a valid cell with value 0.
template <class T, class Platform>
class cell {
 public:
  T load(std::memory_order order) const noexcept {
    Platform::step(&value_, access::load, order);
    return std::atomic_ref<T>(value_).load(order);
  }
  void store(T value, std::memory_order order) noexcept {
    Platform::step(&value_, access::store, order);
    std::atomic_ref<T>(value_).store(value, order);
  }
  T exchange(T value, std::memory_order order) noexcept {
    Platform::step(&value_, access::update, order);
    return std::atomic_ref<T>(value_).exchange(value, order);
  }
  T fetch_or(T bits, std::memory_order order) noexcept {
    Platform::step(&value_, access::update, order);
    return std::atomic_ref<T>(value_).fetch_or(bits, order);
  }
  T fetch_and(T bits, std::memory_order order) noexcept {
    Platform::step(&value_, access::update, order);
    return std::atomic_ref<T>(value_).fetch_and(bits, order);
  }
  /// False: `expected` is then what the word holds.
  bool compare_exchange(T& expected, T desired, std::memory_order order) noexcept {
    Platform::step(&value_, access::update, order);
    return std::atomic_ref<T>(value_).compare_exchange_strong(expected, desired, order,
                                                              std::memory_order_relaxed);
  }

 private:
  alignas(std::atomic_ref<T>::required_alignment) mutable T value_;
};

/// Where the next batch goes: position and place move together, by one 16-byte compare-and-swap.
template <class Platform>
class lock_free_tail {
 public:
  explicit lock_free_tail(const place& start) noexcept : value_(pack(start)) {}

  /// The tail, whole. Sequentially consistent.
  place load() const noexcept {
    Platform::step(&value_, access::load, std::memory_order_seq_cst);
    return unpack(__sync_val_compare_and_swap(&value_, wide{0}, wide{0}));
  }

  /// The tail for a compare_exchange() to start from: half the price of load(), but its two halves
  /// may be of different moments. Each half is one that the tail had, and such a pair is never the
  /// tail (every batch moves both halves forward), so that compare_exchange() refuses it.
  place glance() const noexcept {
    place p;
    p.position = half(0);
    const std::uint64_t where = half(1);
    p.offset = static_cast<std::uint32_t>(where);
    p.chunk = static_cast<std::uint32_t>(where >> 32);
    return p;
  }

  /// Replaces `expected` by `desired` if it is still the tail; otherwise puts the tail in
  /// `expected`. Sequentially consistent.
  bool compare_exchange(place& expected, const place& desired) noexcept {
    Platform::step(&value_, access::update, std::memory_order_seq_cst);
    const wide before = pack(expected);
    const wide found = __sync_val_compare_and_swap(&value_, before, pack(desired));
    if (found == before) return true;
    expected = unpack(found);
    return false;
  }

 private:
  __extension__ using wide = unsigned __int128;
  using word = std::uint64_t __attribute__((may_alias));

  static wide pack(const place& p) noexcept {
    return wide{p.position} | wide{(std::uint64_t{p.chunk} << 32) | p.offset} << 64;
  }
  static place unpack(wide value) noexcept {
    place p;
    p.position = static_cast<std::uint64_t>(value);
    p.offset = static_cast<std::uint32_t>(value >> 64);
    p.chunk = static_cast<std::uint32_t>(value >> 96);
    return p;
  }
  std::uint64_t half(int which) const noexcept {
    static_assert(std::endian::native == std::endian::little);
    // acquire: partner is compare_exchange(): the chunk that the tail names is prepared
    Platform::step(&value_, access::load, std::memory_order_acquire);
    return __atomic_load_n(reinterpret_cast<const word*>(&value_) + which, __ATOMIC_ACQUIRE);
  }

  alignas(16) mutable wide value_;
};

/// The same with a mutex per batch: the rival in the benchmark.
template <class Platform>
class mutex_tail {
 public:
  explicit mutex_tail(const place& start) : value_(start) {}

  place load() const {
    Platform::step(&value_, access::load, std::memory_order_seq_cst);
    std::lock_guard lock(mutex_);
    return value_;
  }
  place glance() const { return load(); }
  bool compare_exchange(place& expected, const place& desired) {
    Platform::step(&value_, access::update, std::memory_order_seq_cst);
    std::lock_guard lock(mutex_);
    if (value_ == expected) {
      value_ = desired;
      return true;
    }
    expected = value_;
    return false;
  }

 private:
  mutable std::mutex mutex_;
  place value_;
};

/// Copies by stores that fetch nothing into the cache and leave nothing there (x86: non-temporal),
/// ordered before every later store; elsewhere an ordinary copy.
void copy_past_cache(std::byte* to, const void* from, std::size_t bytes) noexcept;

/// What the program uses, but for the tail.
struct real_platform {
  static void step(const void*, access, std::memory_order) noexcept {}
  static void copy(std::byte* to, const void* from, std::size_t bytes) noexcept {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  static void copy_past_cache(std::byte* to, const void* from, std::size_t bytes) noexcept {
    ring::copy_past_cache(to, from, bytes);
  }
};

struct lock_free_platform : real_platform {
  using tail = lock_free_tail<lock_free_platform>;
};

struct mutex_platform : real_platform {
  using tail = mutex_tail<mutex_platform>;
};

}  // namespace logio::ring
