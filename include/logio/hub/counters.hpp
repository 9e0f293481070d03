/// What one I/O thread has counted since the start, and what it has now.
///
/// Thread safety:  written by the owning thread, read by any (relaxed: each number is exact, two
///                 numbers read together may be a moment apart).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "logio/hub/latency_histogram.hpp"
#include "logio/hub/missed_reason.hpp"

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

/// How many there are now; one writer.
class gauge {
 public:
  void add(std::uint64_t n) noexcept { set(get() + n); }
  /// REQUIRES: n <= get().
  void subtract(std::uint64_t n) noexcept { set(get() - n); }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Whoever refuses has codes of its own; the index here is that code's number.
inline constexpr std::size_t refusal_codes_max = 16;
/// Encoders' format numbers are below this.
inline constexpr std::size_t formats_max = 8;
/// Whoever answers requests has a list of statuses; the index here is the place in it.
inline constexpr std::size_t answer_statuses_max = 32;

using refusal_counters = std::array<counter, refusal_codes_max>;

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
  counter stuck_subscribers;  ///< closed because nothing was acknowledged for too long

  /// Positions, summed over subscribers; by missed_reason.
  std::array<counter, missed_reason_count> missed_records;
  refusal_counters refused_records_by_code;       ///< of refused_records, those over TCP
  refusal_counters refused_records_http_by_code;  ///< and those over HTTP
  refusal_counters refused_publishers_by_code;  ///< of refused_publishers
  std::array<counter, formats_max> sent_records_by_format, sent_bytes_by_format;
  std::array<counter, answer_statuses_max> http_answers;  ///< by status, when their head is made
  latency_histogram publish_to_send;  ///< of each record, when a write with it has completed

  gauge publishers, subscribers, http_sessions;  ///< connections of this thread
};

inline counter& missed_by(shard_counters& c, missed_reason why) noexcept {
  return c.missed_records[static_cast<std::size_t>(why)];
}

}  // namespace logio::hub
