/// How long records took, counted by ranges: what a Prometheus histogram needs.
///
/// Thread safety:  one writer, any readers (relaxed: a reader may see a bucket a moment before the
///                 sum).
/// Limits:         from 100 µs to 60 s; what took longer is in the last range.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace logio::hub {

class latency_histogram {
 public:
  /// Upper bounds of the ranges, in microseconds, each included in its range.
  static constexpr std::array<std::uint32_t, 18> bounds_us = {
      100,     250,     500,       1'000,     2'500,     5'000,
      10'000,  25'000,  50'000,    100'000,   250'000,   500'000,
      1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};
  /// One more than bounds: what is above all of them.
  static constexpr std::size_t ranges = bounds_us.size() + 1;

  /// `records` of them took `ns`; less than nothing (a clock that was set back) counts as nothing.
  void observe(std::int64_t ns, std::uint64_t records) noexcept {
    const double us = static_cast<double>(std::max<std::int64_t>(ns, 0)) / 1e3;
    std::size_t range = 0;
    while (range < bounds_us.size() && us > bounds_us[range]) ++range;
    std::atomic<std::uint64_t>& count = counts_[range];
    count.store(count.load(std::memory_order_relaxed) + records, std::memory_order_relaxed);
    sum_us_.store(sum_us_.load(std::memory_order_relaxed) + us * static_cast<double>(records),
                  std::memory_order_relaxed);
  }

  /// Records in one range alone, not in those below it.
  std::uint64_t count(std::size_t range) const noexcept {
    return counts_[range].load(std::memory_order_relaxed);
  }
  double sum_seconds() const noexcept { return sum_us_.load(std::memory_order_relaxed) / 1e6; }

 private:
  std::array<std::atomic<std::uint64_t>, ranges> counts_{};
  std::atomic<double> sum_us_{0};
};

}  // namespace logio::hub
