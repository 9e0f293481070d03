/// How many records a second there are, over the last five whole seconds.
///
///     bucket    second % 8:   | second, count | second, count | …   each one 64-bit word
///
/// A bucket belongs to the second that it names; whoever writes another second begins it anew. So
/// nothing has to run for a topic that falls silent: its buckets grow old and count no more.
///
/// Thread safety:  add() and per_second() from any thread. relaxed: a bucket is one word, and
///                 nothing else hangs on it.
/// Limits:         2^32 - 1 records in one second; more are not counted.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace logio::hub {

class rate_meter {
 public:
  static constexpr std::int64_t window_seconds = 5;

  /// `records` came at `now_ns`. To be called once per batch.
  void add(std::int64_t now_ns, std::uint32_t records) noexcept {
    const std::uint32_t second = second_of(now_ns);
    std::atomic<std::uint64_t>& bucket = buckets_[second % buckets_.size()];
    std::uint64_t seen = bucket.load(std::memory_order_relaxed);
    std::uint64_t wanted = 0;
    do {
      const std::uint64_t before = second_in(seen) == second ? count_in(seen) : 0;
      const std::uint64_t count = std::min<std::uint64_t>(before + records, UINT32_MAX);
      wanted = std::uint64_t{second} << 32 | count;
    } while (!bucket.compare_exchange_weak(seen, wanted, std::memory_order_relaxed));
  }

  /// Records in the last five whole seconds by 5. While what is measured is younger than those:
  /// all of them by its age, but by one second at least.
  double per_second(std::int64_t now_ns, std::int64_t began_ns) const noexcept {
    const std::uint32_t now = second_of(now_ns);
    const bool young = now_ns / ns_per_second - window_seconds < ceiling_second(began_ns);
    std::uint64_t records = 0;
    for (const auto& bucket : buckets_) {
      const std::uint64_t seen = bucket.load(std::memory_order_relaxed);
      const std::uint32_t age = now - second_in(seen);  // huge when it is of the future
      // A young one began five seconds ago at most; the second under way counts then.
      if (age <= window_seconds && (young || age != 0)) {
        records += count_in(seen);
      }
    }
    const double seconds = young ? static_cast<double>(now_ns - began_ns) / ns_per_second
                                 : static_cast<double>(window_seconds);
    return static_cast<double>(records) / std::max(seconds, 1.0);
  }

 private:
  static constexpr std::int64_t ns_per_second = 1'000'000'000;

  static std::uint32_t second_of(std::int64_t ns) noexcept {
    return static_cast<std::uint32_t>(ns / ns_per_second);
  }
  static std::int64_t ceiling_second(std::int64_t ns) noexcept {
    return (ns + ns_per_second - 1) / ns_per_second;
  }
  static std::uint32_t second_in(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word >> 32);
  }
  static std::uint64_t count_in(std::uint64_t word) noexcept { return word & UINT32_MAX; }

  std::array<std::atomic<std::uint64_t>, 8> buckets_{};
};

}  // namespace logio::hub
