/// What one I/O thread has counted since the start.
///
/// Thread safety:  written by the owning thread, read by any (relaxed: each number is exact, two
///                 numbers read together may be a moment apart).
#pragma once

#include <atomic>
#include <cstdint>

namespace logio::hub {

/// A counter with one writer: no read-modify-write on the hot path.
class counter {
 public:
  void add(std::uint64_t n) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct alignas(128) shard_counters {
  counter received_records, received_bytes;  ///< appended to the ring; bytes of text
  counter refused_records;
  // The part of the three above that came by POST; the rest came by tcp.
  counter received_records_http, received_bytes_http, refused_records_http;
  counter duplicate_records;  ///< skipped, because the hub had them from the same client
  counter refused_publishers; ///< connections that were closed with a reason
  counter refused_posts;      ///< POST requests that were answered with an error
  counter sent_records, sent_bytes;
  counter dropped_records;    ///< shed because a subscriber was slow
  counter discarded_records;  ///< queued when a subscriber went away
  counter missed_records;     ///< positions, summed over subscribers
  counter stuck_subscribers;  ///< closed because nothing was acknowledged for too long
};

}  // namespace logio::hub
