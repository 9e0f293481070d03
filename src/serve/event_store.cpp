#include "event_store.hpp"

#include <utility>

namespace logio::serve {

void event_store::add(stored_event e) {
  if (events_max_ == 0) return;
  const auto made = std::make_shared<const stored_event>(std::move(e));
  const std::lock_guard lock(mutex_);
  events_.push_back(made);
  bytes_ += made->json.size();
  while (events_.size() > events_max_ || bytes_ > event_bytes_total) {
    bytes_ -= events_.front()->json.size();
    events_.pop_front();
  }
}

std::vector<event_ptr> event_store::list() const {
  const std::lock_guard lock(mutex_);
  return {events_.begin(), events_.end()};
}

}  // namespace logio::serve
