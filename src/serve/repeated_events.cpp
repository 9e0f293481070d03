#include "repeated_events.hpp"

#include <functional>
#include <span>

#include "logio/base/crc32c.hpp"

namespace logio::serve {

bool repeated_events::is_repeated(std::string_view json, std::uint64_t connection,
                                  time_point now) {
  const key k{std::hash<std::string_view>{}(json), base::crc32c(std::as_bytes(std::span(json))),
              json.size()};
  const std::lock_guard lock(mutex_);
  while (!arrivals_.empty() && now - arrivals_.front().when > window) forget_oldest();
  const auto of = known_.try_emplace(k).first;
  for (auto& [other, brought] : of->second) {
    if (other == connection) continue;
    std::uint64_t& matched = brought.matched[connection];
    if (matched == brought.events) continue;
    ++matched;
    return true;
  }
  ++of->second[connection].events;
  arrivals_.push_back({now, of, connection});
  if (arrivals_.size() > events_max) forget_oldest();
  return false;
}

void repeated_events::forget_oldest() {
  const arrival gone = arrivals_.front();
  arrivals_.pop_front();
  const auto at = gone.of->second.find(gone.connection);
  share& brought = at->second;
  // The oldest of its events is the one that the first repetition was of.
  for (auto& [other, matched] : brought.matched) matched -= matched != 0 ? 1 : 0;
  if (--brought.events != 0) return;
  gone.of->second.erase(at);
  if (gone.of->second.empty()) known_.erase(gone.of);
}

std::size_t repeated_events::size() const {
  const std::lock_guard lock(mutex_);
  return arrivals_.size();
}

}  // namespace logio::serve
