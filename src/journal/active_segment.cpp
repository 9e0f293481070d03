#include "active_segment.hpp"

#include <algorithm>
#include <iterator>

namespace logio::journal {

void active_segment::begin(const segment_head& head) {
  const std::lock_guard lock(mutex_);
  extent_ = extent{head, 0, head.first_position};
  marks_.clear();
  topics_.clear();
}

void active_segment::extend(std::uint64_t bytes, std::uint64_t next_position,
                            const addition& added) {
  const std::lock_guard lock(mutex_);
  extent_->bytes = bytes;
  extent_->next_position = next_position;
  marks_.insert(marks_.end(), added.marks.begin(), added.marks.end());
  for (const auto& [number, topic] : added.topics) topics_.emplace(number, topic);
}

void active_segment::end() {
  const std::lock_guard lock(mutex_);
  extent_.reset();
}

std::optional<active_segment::extent> active_segment::look() const {
  const std::lock_guard lock(mutex_);
  return extent_;
}

std::optional<mark> active_segment::mark_at_position(const segment_head& of,
                                                     std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  if (!extent_ || !extent_->is(of)) return std::nullopt;
  const auto behind = std::partition_point(
      marks_.begin(), marks_.end(), [&](const mark& m) { return m.position <= position; });
  if (behind == marks_.begin()) return std::nullopt;
  return *std::prev(behind);
}

std::optional<mark> active_segment::mark_before(const segment_head& of,
                                                std::int64_t arrival_ns) const {
  const std::lock_guard lock(mutex_);
  if (!extent_ || !extent_->is(of)) return std::nullopt;
  const auto from = std::partition_point(
      marks_.begin(), marks_.end(), [&](const mark& m) { return m.arrival_ns < arrival_ns; });
  if (from == marks_.begin()) return std::nullopt;
  return *std::prev(from);
}

std::optional<record::topic> active_segment::topic(const segment_head& of,
                                                   std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  if (!extent_ || !extent_->is(of)) return std::nullopt;
  const auto found = topics_.find(number);
  if (found == topics_.end()) return std::nullopt;
  return found->second;
}

}  // namespace logio::journal
