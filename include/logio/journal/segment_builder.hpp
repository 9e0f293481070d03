/// Makes a segment's bytes, frame by frame.
///
///     begin ─► clients? ─► (topic? batch | gap)* ─► seal
///
/// Pure: it appends to the caller's bytes, who writes them to the file in the same order.
///
/// Ownership:      owns the summary of what it made; borrows everything else for the call.
/// Thread safety:  distinct objects.
/// Limits:         a payload up to payload_bytes_max.
/// Source:         src/journal/FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logio/journal/format.hpp"
#include "logio/journal/segment_summary.hpp"
#include "logio/record/topic.hpp"

namespace logio::journal {

/// The records of one batch, as they lie in the ring.
struct batch {
  std::uint64_t first_position = 0;
  std::int64_t arrival_ns = 0;
  std::uint32_t count = 0;
  std::uint32_t topic = 0;
  std::span<const std::byte> records;
  std::string_view client = {};  ///< who numbers these records; empty: nobody
  std::uint64_t sequence = 0;    ///< the client's number of the last of them
};

/// Positions that could not be written.
struct gap {
  std::uint64_t first_position = 0;
  std::uint64_t count = 0;
  std::int64_t first_arrival_ns = 0;
  std::int64_t last_arrival_ns = 0;
};

/// A client that numbers its records, and the highest number that the log has.
struct client_state {
  std::string id;
  std::uint64_t highest = 0;
  std::int64_t used_ns = 0;
};

class segment_builder {
 public:
  using bytes = std::vector<std::byte>;

  explicit segment_builder(const segment_head& head)
      : head_(head), summary_(head.first_position) {}
  /// Goes on behind `made_bytes` of a file with these frames.
  segment_builder(const segment_head& head, segment_summary summary, std::uint64_t made_bytes)
      : head_(head), summary_(std::move(summary)), made_(made_bytes) {}

  void begin(bytes& out);
  void add_clients(bytes& out, std::span<const client_state> clients);
  bool knows(std::uint32_t topic) const { return summary_.knows(topic); }
  void add_topic(bytes& out, std::uint32_t number, const record::topic_view& topic);
  /// REQUIRES: the topic is known; it begins at next_position().
  void add_batch(bytes& out, const batch& b);
  /// REQUIRES: it begins at next_position().
  void add_gap(bytes& out, const gap& g);
  void seal(bytes& out);

  const segment_head& head() const noexcept { return head_; }
  const segment_summary& summary() const noexcept { return summary_; }
  std::uint64_t next_position() const noexcept { return summary_.next_position(); }
  /// What was made so far.
  std::uint64_t made_bytes() const noexcept { return made_; }

 private:
  std::byte* extend(bytes& out, frame_kind kind, std::uint32_t count, std::uint64_t position,
                    std::size_t payload_bytes);
  void complete(bytes& out);

  segment_head head_;
  segment_summary summary_;
  std::uint64_t made_ = 0;
  std::size_t frame_at_ = 0;  // in the caller's bytes
  frame_head frame_;
};

}  // namespace logio::journal
