/// Which accesses of a simulated schedule are ordered, as C++ defines it by memory orders.
///
/// A schedule is one order of all steps. That a read came after a write there does not mean that it
/// had to: only a release that an acquire has seen makes it so. Each thread has a clock of what it
/// knows of the others' steps, each word a clock of what was published through it, and each 16
/// bytes of plain memory remember who accessed them last.
///
/// Source: vector clocks, as ThreadSanitizer and FastTrack use them; release sequences as in C++20.
///
/// Thread safety:  one thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace logio::ring::model {

inline constexpr unsigned threads_max = 4;
inline constexpr unsigned actors_max = 2 * threads_max;  // threads, then their store buffers

/// For each actor, how many of its steps lie before some moment.
struct clock {
  std::array<std::uint32_t, actors_max> at{};

  void join(const clock& other) {
    for (unsigned i = 0; i < actors_max; ++i) {
      if (other.at[i] > at[i]) at[i] = other.at[i];
    }
  }
};

class happens_before {
 public:
  happens_before() { reset(); }
  void reset();

  void load(unsigned thread, const void* at, std::memory_order order);
  /// A store (`update` false) or a read-modify-write that is done at once.
  void write(unsigned thread, const void* at, std::memory_order order, bool update);
  /// A store that goes into a buffer: what is to arrive() with it.
  clock publish(unsigned thread, std::memory_order order);
  void arrive(const void* at, const clock& published);

  /// Plain accesses. Not null: the data race that this one is.
  const char* plain_read(unsigned thread, const void* at, std::size_t bytes);
  const char* plain_write(unsigned thread, const void* at, std::size_t bytes);

 private:
  struct granule {
    unsigned writer = 0;
    std::uint32_t written = 0;
    std::array<std::uint32_t, threads_max> read{};
  };
  template <class Visit>
  const char* visit(const void* at, std::size_t bytes, Visit visit);

  std::array<clock, threads_max> known_;
  std::unordered_map<const void*, clock> published_;
  std::unordered_map<std::uintptr_t, granule> granules_;
};

}  // namespace logio::ring::model
