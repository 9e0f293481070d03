#include "lag_watch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "logio/base/quantity.hpp"

namespace logio::app {
namespace {

constexpr double near_share = 0.8, far_share = 0.6;

}  // namespace

std::optional<std::string> lag_watch::look(const state& now, const journal::retention& keep) {
  const std::uint64_t lost = now.missed - std::exchange(missed_, now.missed);
  if (lost != 0) {
    if (std::exchange(losing_, true)) return std::nullopt;
    return fmt::format("the journal had to let go of records that were not delivered, {} so far: "
                       "mend its peer, or raise --journal-bytes-max and --journal-age-max",
                       now.missed);
  }
  losing_ = false;
  const double by_bytes =
      static_cast<double>(now.lag_bytes) / static_cast<double>(std::max<std::uint64_t>(
                                               keep.bytes_max, 1));
  const double by_age = static_cast<double>(now.oldest_age_ns) /
                        static_cast<double>(std::max<std::int64_t>(keep.age_max.count(), 1));
  const double share = std::max(by_bytes, by_age);
  if (share < far_share) near_ = false;
  if (share < near_share || std::exchange(near_, true)) return std::nullopt;
  const std::chrono::seconds age(now.oldest_age_ns / 1'000'000'000);
  return fmt::format(
      "it is {:.1f} MiB and {} behind, and the journal keeps {} and {}: soon records are deleted "
      "that were not delivered; mend its peer, or raise --journal-bytes-max and --journal-age-max",
      static_cast<double>(now.lag_bytes) / (1 << 20), base::format_duration(age),
      base::format_size(keep.bytes_max),
      base::format_duration(std::chrono::duration_cast<std::chrono::seconds>(keep.age_max)));
}

}  // namespace logio::app
