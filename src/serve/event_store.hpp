/// The newest events that were posted, byte for byte as they came: what `GET /events` shows. With
/// a folder they are in a file there, too, and a store that is made on it has them again.
///
/// Ownership:      owns its events; a list shares them.
/// Thread safety:  all members, from any thread; add() from one at a time, and not from an I/O
///                 thread when it has a file. list() copies a pointer for each event: not to be
///                 called on an I/O thread when there may be many.
/// Limits:         as many events as it was made for, and event_bytes_total of them: past either
///                 the oldest go. 0 events: it keeps none.
/// Source:         marathon-logger's in-memory store; README, "Marathon's events".
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "event_file.hpp"
#include "stored_event.hpp"

namespace logio::serve {

class event_store {
 public:
  static constexpr std::size_t event_bytes_total = std::size_t{256} << 20;

  /// `folder` empty: in memory only. What is wrong with its file is told in the hub's log.
  explicit event_store(std::size_t events_max, const std::string& folder = {});

  bool has_file() const noexcept { return file_ != nullptr; }

  void add(stored_event e);
  /// Oldest first.
  std::vector<event_ptr> list() const;

  /// How many there were, ever; each event has the number of those before it.
  std::uint64_t count() const;
  /// Those from number `from` on, at most `events_most`, and how many of them are gone already.
  struct later {
    std::vector<event_ptr> events;
    std::uint64_t gone = 0;
  };
  later list_from(std::uint64_t from, std::size_t events_most) const;

  /// Calls `changed` for each event that is added, and in wake(), on whatever thread: it is to do
  /// no more than to post. Until unwatch(), after which it is not called.
  std::uint64_t watch(std::function<void()> changed);
  void unwatch(std::uint64_t id);
  void wake() const;

 private:
  event_ptr keep(stored_event e);
  std::uint64_t stored_bytes() const;
  void load(const std::string& folder);

  const std::size_t events_max_;
  std::unique_ptr<event_file> file_;
  mutable std::mutex mutex_;
  std::deque<event_ptr> events_;
  std::size_t bytes_ = 0;
  std::uint64_t gone_ = 0;  // let go of
  std::map<std::uint64_t, std::function<void()>> watchers_;
  std::uint64_t last_watcher_ = 0;
};

}  // namespace logio::serve
