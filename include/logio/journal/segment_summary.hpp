/// What a segment holds, without its records: kept while it is written or read through, and stored
/// as its footer.
///
/// Ownership:      owns its memory, which grows with the segment's topics and marks.
/// Thread safety:  distinct objects.
/// Errors:         decode() refuses what breaks the format's rules.
/// Limits:         one mark for `mark_bytes` of frames.
/// Source:         src/journal/FORMAT.md, "footer".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/record/topic.hpp"

namespace logio::journal {

struct topic_summary {
  record::topic topic;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of records as they are stored
};

/// A frame to begin reading at.
struct mark {
  std::uint64_t position = 0;
  std::int64_t arrival_ns = 0;
  std::uint64_t at = 0;  ///< in the file

  bool operator==(const mark&) const noexcept = default;
};

class segment_summary {
 public:
  static constexpr std::uint64_t mark_bytes = std::uint64_t{256} << 10;

  segment_summary() = default;
  explicit segment_summary(std::uint64_t first_position) noexcept
      : next_position_(first_position) {}

  void add_topic(std::uint32_t number, record::topic topic);
  bool knows(std::uint32_t topic) const { return topics_.contains(topic); }

  /// A frame at `at` with records [position, position + count) of a known topic, or of a gap.
  void add_batch(std::uint64_t position, std::uint32_t count, std::int64_t arrival_ns,
                 std::uint32_t topic, std::size_t records_bytes, std::uint64_t at);
  void add_gap(std::uint64_t position, std::uint64_t count, std::int64_t first_arrival_ns,
               std::int64_t last_arrival_ns, std::uint64_t at);

  /// Of the first record behind what was added.
  std::uint64_t next_position() const noexcept { return next_position_; }
  std::uint64_t records() const noexcept { return records_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  /// Of the first and the last record; 0 when there is none.
  std::int64_t first_arrival_ns() const noexcept { return first_arrival_ns_; }
  std::int64_t last_arrival_ns() const noexcept { return last_arrival_ns_; }
  const std::map<std::uint32_t, topic_summary>& topics() const noexcept { return topics_; }
  const std::vector<mark>& marks() const noexcept { return marks_; }

  /// The last mark at or in front of this position, or of this time; null: none is.
  const mark* mark_at_position(std::uint64_t position) const noexcept;
  const mark* mark_before(std::int64_t arrival_ns) const noexcept;

  /// Appends the footer's payload.
  void encode(std::vector<std::byte>& out) const;
  static result<segment_summary> decode(std::span<const std::byte> payload,
                                        std::uint64_t next_position);

 private:
  void add_mark(std::uint64_t position, std::int64_t arrival_ns, std::uint64_t at);

  std::map<std::uint32_t, topic_summary> topics_;
  std::vector<mark> marks_;
  std::uint64_t next_position_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  std::int64_t first_arrival_ns_ = 0;
  std::int64_t last_arrival_ns_ = 0;
};

}  // namespace logio::journal
