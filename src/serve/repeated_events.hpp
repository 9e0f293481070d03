/// Tells an event that comes a second time, by another connection, from one that only looks alike.
///
/// Marathon has two ways to say the same: callbacks and event streams. What came by one way and
/// comes by another within `window`, byte for byte, is the same event. Equal events of one
/// connection are events of their own, and each of them stands for one on another connection.
///
/// Ownership:      keeps a hash of 96 bits and the length of each event, not the event.
/// Thread safety:  all members, from any thread.
/// Limits:         events_max within the window: past that, the oldest are forgotten.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string_view>

namespace logio::serve {

class repeated_events {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds window{60};
  static constexpr std::size_t events_max = std::size_t{1} << 17;

  /// Whether it was there; one that was not is remembered. `connection`: 0 is all requests.
  bool is_repeated(std::string_view json, std::uint64_t connection, time_point now);

  std::size_t size() const;

 private:
  struct key {
    std::uint64_t hash;
    std::uint32_t check;
    std::size_t bytes;
    auto operator<=>(const key&) const = default;
  };
  /// What one connection brought, and how much of it each other one has brought, too.
  struct share {
    std::uint64_t events = 0;
    std::map<std::uint64_t, std::uint64_t> matched;
  };
  using shares = std::map<std::uint64_t, share>;  // by connection
  struct arrival {
    time_point when;
    std::map<key, shares>::iterator of;
    std::uint64_t connection;
  };

  void forget_oldest();

  mutable std::mutex mutex_;
  std::map<key, shares> known_;
  std::deque<arrival> arrivals_;  // oldest first
};

}  // namespace logio::serve
