#include "latency.hpp"

#include <algorithm>
#include <ctime>

namespace logio::bench {

std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

latency::latency(std::uint32_t publishers, std::uint64_t stride)
    : window_(std::max<std::size_t>(64, 1'000'000 / publishers)),
      stride_(stride),
      sent_at_(publishers * window_) {
  ages_.reserve(1'000'000);
}

double latency::quantile_us(double share) {
  if (ages_.empty()) {
    return 0;
  }
  if (!sorted_) {
    std::sort(ages_.begin(), ages_.end());
    sorted_ = true;
  }
  const auto last = static_cast<double>(ages_.size() - 1);
  return static_cast<double>(ages_[static_cast<std::size_t>(last * share)]) / 1000.0;
}

}  // namespace logio::bench
