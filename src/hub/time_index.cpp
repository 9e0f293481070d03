#include "logio/hub/time_index.hpp"

#include <algorithm>

namespace logio::hub {

void time_index::note(std::uint64_t position, std::int64_t now_ns) {
  std::lock_guard lock(mutex_);
  if (notes_++ % every_ != 0) return;
  if (!samples_.empty() &&
      (samples_.back().position >= position || samples_.back().ns >= now_ns)) {
    // A quiet log: the newest sample moves on, so that its time is as late as it can be.
    if (samples_.back().position == position) {
      samples_.back().ns = std::max(samples_.back().ns, now_ns);
    }
    return;
  }
  if (samples_.size() == samples_max) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < samples_.size(); i += 2) samples_[kept++] = samples_[i];
    samples_.resize(kept);
    every_ *= 2;
  }
  samples_.push_back({position, now_ns});
}

std::optional<std::int64_t> time_index::arrival_at(std::uint64_t position) const {
  std::lock_guard lock(mutex_);
  const auto behind =
      std::upper_bound(samples_.begin(), samples_.end(), position,
                       [](std::uint64_t p, const sample& s) { return p < s.position; });
  if (behind == samples_.begin()) return std::nullopt;
  return std::prev(behind)->ns;
}

std::optional<std::uint64_t> time_index::position_at(std::int64_t ns) const {
  std::lock_guard lock(mutex_);
  const auto behind = std::upper_bound(samples_.begin(), samples_.end(), ns,
                                       [](std::int64_t t, const sample& s) { return t < s.ns; });
  if (behind == samples_.begin()) return std::nullopt;
  return std::prev(behind)->position;
}

std::size_t time_index::size() const {
  std::lock_guard lock(mutex_);
  return samples_.size();
}

}  // namespace logio::hub
