/// Lets through so many a second, evenly: a bucket that fills with the time and holds a tenth of a
/// second's worth, at least one.
///
/// A single piece larger than the bucket is let through when the bucket is full and leaves a debt.
///
/// Thread safety:  distinct objects.
/// Source:         the token bucket, ITU-T I.371 (GCRA in its continuous form).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace logio::sink {

class rate_limit {
 public:
  using clock = std::chrono::steady_clock;

  /// 0: no limit.
  explicit rate_limit(std::uint64_t per_second) noexcept
      : rate_(static_cast<double>(per_second)), size_(std::max(rate_ / 10, 1.0)), level_(size_) {}

  bool limits() const noexcept { return rate_ != 0; }

  /// How many may go now.
  double allowed(clock::time_point now) noexcept {
    const std::chrono::duration<double> passed = now - filled_at_;
    if (passed.count() > 0) level_ = std::min(size_, level_ + passed.count() * rate_);
    filled_at_ = now;
    return level_;
  }

  /// When `wanted` of them, or a full bucket, may go.
  clock::time_point when(double wanted, clock::time_point now) noexcept {
    const double missing = std::min(wanted, size_) - allowed(now);
    if (missing <= 0) return now;
    return now + std::chrono::duration_cast<clock::duration>(
                     std::chrono::duration<double>(missing / rate_));
  }

  /// They are gone.
  void take(double gone) noexcept { level_ -= gone; }

 private:
  double rate_, size_, level_;
  clock::time_point filled_at_ = clock::now();
};

}  // namespace logio::sink
