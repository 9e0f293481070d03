/// When positions were given out: a sample a second, thinned out as it gets longer.
///
/// The ring knows the times of what it holds. This tells, of what it holds no more, between which
/// positions a time lay, so that a loss can be told with a tight bound and a time.
///
/// Thread safety:  all members, from any thread.
/// Limits:         samples_max samples (128 KiB); when it is full every second one goes, so that
///                 the resolution is at worst 1/2048 of the time since the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace logio::hub {

class time_index {
 public:
  static constexpr std::size_t samples_max = 8192;

  /// At `now_ns` the next record's position was `position`. Samples that do not go forward in both
  /// are left out.
  void note(std::uint64_t position, std::int64_t now_ns);

  /// A time at or before the arrival of the record with this position; nothing when the position is
  /// older than the first sample.
  std::optional<std::int64_t> arrival_at(std::uint64_t position) const;

  /// A position at or before the first record that arrived at `ns` or later; nothing when `ns` is
  /// before the first sample.
  std::optional<std::uint64_t> position_at(std::int64_t ns) const;

  std::size_t size() const;

 private:
  struct sample {
    std::uint64_t position;
    std::int64_t ns;
  };

  mutable std::mutex mutex_;
  std::vector<sample> samples_;  // ascending in both
  std::size_t every_ = 1;        // one in so many notes is kept
  std::size_t notes_ = 0;
};

}  // namespace logio::hub
