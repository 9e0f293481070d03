#include "tail_continuity.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "logio/record/time.hpp"

namespace logio::app {
namespace {

constexpr std::size_t epochs_max = 64, unsure_max = 100'000;

std::uint64_t hash_of(const record::view& r, const record::topic& topic) {
  std::uint64_t out = static_cast<std::uint64_t>(r.time_ns()) * 0x9e3779b97f4a7c15ull;
  for (const std::string_view part : {std::string_view(topic.app), std::string_view(topic.proc),
                                      std::string_view(topic.host), r.text()}) {
    out = (out ^ std::hash<std::string_view>()(part)) * 0x9e3779b97f4a7c15ull;
    out ^= out >> 29;
  }
  return out;
}

}  // namespace

void tail_continuity::begin(const sink::log_place& behind) {
  if (last_) return;
  last_ = behind;
}

std::string tail_continuity::query() const {
  if (by_time_) {
    std::string time(record::rfc3339_bytes, ' ');
    record::write_rfc3339(last_arrival_ns_, time.data());
    return "&since=" + time;
  }
  if (!last_) return {};
  return fmt::format("&after={:016x}-{}", last_->epoch, last_->position);
}

bool tail_continuity::is_known(const sink::log_place& place,
                               std::int64_t arrival_ns) const noexcept {
  if (place.epoch == known_end_.epoch) return place.position <= known_end_.position;
  return arrival_ns < known_arrival_ns_ || std::ranges::find(epochs_, place.epoch) != epochs_.end();
}

bool tail_continuity::take(const record::view& r, const record::topic& topic,
                           std::int64_t arrival_ns, const sink::log_place& place) {
  const std::uint64_t hash = hash_of(r, topic);
  if (by_time_) {
    if (is_known(place, arrival_ns)) {
      // The journal has it: nobody needs to repeat it.
      const auto found = unsure_.find(hash);
      if (found != unsure_.end() && --found->second == 0) unsure_.erase(found);
      return false;
    }
    by_time_ = false;
  }
  last_ = place;
  last_arrival_ns_ = arrival_ns;
  if (epochs_.empty() || epochs_.back() != place.epoch) {
    if (epochs_.size() == epochs_max) epochs_.erase(epochs_.begin());
    epochs_.push_back(place.epoch);
  }
  if (recent_.size() == remembered_max) recent_.pop_front();
  recent_.push_back({hash, place});  // also one that came again: this hub may lose it, too
  const auto found = unsure_.find(hash);
  if (found == unsure_.end()) return true;
  if (--found->second == 0) unsure_.erase(found);
  ++repeated_;
  return false;
}

void tail_continuity::lost() {
  by_time_ = true;
  if (unsure_.size() > unsure_max) unsure_.clear();
  known_end_ = last_.value_or(sink::log_place{});
  known_arrival_ns_ = last_arrival_ns_;
  // Those of runs before are there already: a publisher may be longer away than a run lasts.
  for (const remembered& one : recent_) {
    if (one.place.epoch == known_end_.epoch) ++unsure_[one.hash];
  }
}

}  // namespace logio::app
