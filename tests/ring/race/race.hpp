/// Two real threads do one thing each at the same moment, again and again; outcomes are counted.
///
/// The model test knows every schedule but only the orders that it models; this test knows nothing
/// but asks the processor itself. Each race states its outcomes beforehand, allowed and forbidden;
/// the table of what was seen is printed, and a forbidden outcome fails the test.
///
/// Source: the jcstress tests of the OpenJDK, as Aeron uses them.
///
/// Thread safety:  one thread creates and runs a race.
/// Limits:         each race runs for `race_time`, then stops; each wait for the other thread is
///                 bounded by the test's time limit.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "ring/support.hpp"

namespace logio::ring::test {

inline constexpr std::chrono::milliseconds race_time{700};

struct race_outcome {
  const char* what;
  bool allowed;
  std::uint64_t seen = 0;
};

/// Lets two threads begin at the same time, and each wait for the other at the end.
class starting_line {
 public:
  /// The n-th call of either thread returns when both have called it n times.
  void meet(std::uint64_t n) {
    arrived_.fetch_add(1, std::memory_order_acq_rel);
    for (unsigned spins = 0; arrived_.load(std::memory_order_acquire) < 2 * n; ++spins) {
      if (spins > 1000) std::this_thread::yield();
    }
  }

 private:
  std::atomic<std::uint64_t> arrived_{0};
};

/// Holds a thread up for a random moment, so that every overlap of the two comes up.
inline void stagger(std::uint64_t random) {
  for (std::uint64_t i = random % 256; i > 0; --i) asm volatile("" : : : "memory");
}

/// Runs rounds over `lanes` independent `State`s. In each round, for every state: prepare(), then
/// first() and second() by two threads that go through the states side by side, then judge(),
/// which names the outcome by its index. Returns how often a forbidden one was seen.
template <class State>
std::uint64_t race(const char* name, std::vector<race_outcome> outcomes) {
  constexpr unsigned lanes = 32;
  std::vector<std::unique_ptr<State>> states;
  for (unsigned i = 0; i < lanes; ++i) states.push_back(std::make_unique<State>());
  starting_line line;
  std::atomic<bool> stop{false};
  std::thread other([&] {
    for (std::uint64_t round = 0;; ++round) {
      line.meet(3 * round + 1);
      if (stop.load(std::memory_order_acquire)) return;
      line.meet(3 * round + 2);  // who waited above has not slept since
      for (unsigned i = 0; i < lanes; ++i) {
        stagger(mix(round * lanes + i));
        states[i]->second();
      }
      line.meet(3 * round + 3);
    }
  });
  const auto end = std::chrono::steady_clock::now() + race_time;
  for (std::uint64_t round = 0;; ++round) {
    for (const auto& state : states) state->prepare();
    const bool last = std::chrono::steady_clock::now() >= end;
    stop.store(last, std::memory_order_release);
    line.meet(3 * round + 1);
    if (last) break;
    line.meet(3 * round + 2);
    for (unsigned i = 0; i < lanes; ++i) {
      stagger(mix(~(round * lanes + i)));
      states[i]->first();
    }
    line.meet(3 * round + 3);
    for (const auto& state : states) ++outcomes.at(state->judge()).seen;
  }
  other.join();
  std::uint64_t forbidden = 0;
  std::printf("%s\n", name);
  for (const race_outcome& o : outcomes) {
    std::printf("  %-9s %12llu  %s\n", o.allowed ? "allowed" : "FORBIDDEN",
                static_cast<unsigned long long>(o.seen), o.what);
    forbidden += o.allowed ? 0 : o.seen;
  }
  return forbidden;
}

}  // namespace logio::ring::test
