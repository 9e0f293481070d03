/// How long to wait before the next try: twice as long after each failure, up to a minute's
/// quarter, each time off by chance so that many hubs do not come back to one peer together.
///
/// Thread safety:  distinct objects.
/// Limits:         first_wait to longest_wait (or another), each up to a quarter more or less.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace logio::base {

class back_off {
 public:
  static constexpr std::chrono::milliseconds first_wait{200};
  static constexpr std::chrono::milliseconds longest_wait{15'000};

  explicit back_off(std::uint64_t seed, std::chrono::milliseconds longest = longest_wait)
      : chance_(seed), longest_(longest) {}

  /// After a failure.
  std::chrono::milliseconds next() {
    const std::chrono::milliseconds wait = wait_;
    wait_ = std::min(wait_ * 2, longest_);
    std::uniform_int_distribution<std::int64_t> off(-wait.count() / 4, wait.count() / 4);
    return wait + std::chrono::milliseconds(off(chance_));
  }

  /// It went well.
  void reset() noexcept { wait_ = first_wait; }

 private:
  std::minstd_rand chance_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds wait_ = first_wait;
};

}  // namespace logio::base
