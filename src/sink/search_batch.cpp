#include "sink/search_batch.hpp"

#include <algorithm>
#include <cstring>

namespace logio::sink {

void search_batch::encode(std::span<const item> items) {
  used_ = 0;
  ends_.clear();
  // The topics of the call before were borrowed.
  members_.clear();
  last_topic_ = nullptr;
  if (capacity_ > kept_bytes_max) {
    bytes_.reset();
    capacity_ = 0;
  }
  for (const item& one : items) {
    if (!encoder_ || encoder_epoch_ != one.epoch) {
      encoder_.emplace(one.epoch);
      encoder_epoch_ = one.epoch;
    }
    const std::string& action = action_of(one);
    const std::string& members = members_of(*one.topic);
    reserve(encoder_->bound(one.record, action, members));
    char* const at = bytes_.get() + used_;
    used_ += static_cast<std::size_t>(
        encoder_->encode(at, one.record, action, members, one.position) - at);
    ends_.push_back(used_);
  }
}

std::string_view search_batch::lines(std::size_t first, std::size_t last) const noexcept {
  return {bytes_.get() + begin_of(first), begin_of(last) - begin_of(first)};
}

std::size_t search_batch::request_end(std::size_t first, std::size_t bytes_max) const noexcept {
  const std::size_t begin = begin_of(first), left = used_ - begin;
  const std::size_t requests = left / bytes_max + (left % bytes_max == 0 ? 0 : 1);
  const std::size_t share = requests == 0 ? 0 : left / requests;
  std::size_t last = first + 1;
  while (last < size() && begin_of(last) - begin < share && ends_[last] - begin <= bytes_max) {
    ++last;
  }
  return last;
}

void search_batch::reserve(std::size_t bytes) {
  if (capacity_ - used_ >= bytes) return;
  const std::size_t size = std::max(2 * capacity_, used_ + bytes);
  auto larger = std::make_unique_for_overwrite<char[]>(size);
  if (used_ != 0) std::memcpy(larger.get(), bytes_.get(), used_);
  bytes_ = std::move(larger);
  capacity_ = size;
}

const std::string& search_batch::action_of(const item& which) {
  const std::string& index = index_.name_at(which.record.time_ns());
  if (index != action_index_ || action_.empty()) {
    action_ = wire::bulk_action(index);
    action_index_ = index;
  }
  return action_;
}

const std::string& search_batch::members_of(const record::topic& topic) {
  if (last_topic_ != &topic) {
    auto [at, fresh] = members_.try_emplace(&topic);
    if (fresh) at->second = wire::bulk_topic_members(topic);
    last_topic_ = &topic;
    last_members_ = &at->second;
  }
  return *last_members_;
}

}  // namespace logio::sink
