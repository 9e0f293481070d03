/// The newest events that were posted, byte for byte as they came: what `GET /events` shows.
///
/// Ownership:      owns its events; a list shares them.
/// Thread safety:  all members, from any thread. list() copies a pointer for each event: not to be
///                 called on an I/O thread when there may be many.
/// Limits:         as many events as it was made for, and event_bytes_total of them: past either
///                 the oldest go. 0 events: it keeps none.
/// Source:         marathon-logger's in-memory store; README, "Marathon's events".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace logio::serve {

struct stored_event {
  std::string json;  ///< without white space around it
  std::string app;   ///< of its record
  std::string type;  ///< eventType; empty: it says none
  std::int64_t arrival_ns = 0;
};

using event_ptr = std::shared_ptr<const stored_event>;

class event_store {
 public:
  static constexpr std::size_t event_bytes_total = std::size_t{256} << 20;

  explicit event_store(std::size_t events_max) : events_max_(events_max) {}

  void add(stored_event e);
  /// Oldest first.
  std::vector<event_ptr> list() const;

 private:
  const std::size_t events_max_;
  mutable std::mutex mutex_;
  std::deque<event_ptr> events_;
  std::size_t bytes_ = 0;
};

}  // namespace logio::serve
