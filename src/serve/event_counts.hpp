/// What /v1/marathon and /metrics tell of the events that were taken, by whatever way they came.
///
/// Thread safety:  all members, from any thread.
/// Limits:         types that are not Marathon's count as `other`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "logio/wire/marathon_api.hpp"

namespace logio::serve {

class event_counts {
 public:
  event_counts() : of_type_(wire::event_type_count()) {}

  void count_taken(std::string_view type, std::int64_t arrival_ns) noexcept {
    // relaxed: numbers, and nothing else hangs on them
    of_type_[wire::event_type_index(type)].fetch_add(1, std::memory_order_relaxed);
    newest_ns_.store(arrival_ns, std::memory_order_relaxed);
  }
  /// Of an earlier run.
  void set_newest(std::int64_t arrival_ns) noexcept {
    newest_ns_.store(arrival_ns, std::memory_order_relaxed);
  }
  void count_repeated() noexcept { repeated_.fetch_add(1, std::memory_order_relaxed); }

  /// REQUIRES: type < wire::event_type_count().
  std::uint64_t taken(std::size_t type) const noexcept {
    return of_type_[type].load(std::memory_order_relaxed);
  }
  std::uint64_t repeated() const noexcept { return repeated_.load(std::memory_order_relaxed); }
  /// When the newest was taken, nanoseconds since 1970; 0: it is not known.
  std::int64_t newest_ns() const noexcept { return newest_ns_.load(std::memory_order_relaxed); }

 private:
  std::vector<std::atomic<std::uint64_t>> of_type_;
  std::atomic<std::uint64_t> repeated_{0};
  std::atomic<std::int64_t> newest_ns_{0};
};

}  // namespace logio::serve
