/// The segment that is being written, for those who read it meanwhile: how far it goes, and what
/// its footer will say one day.
///
/// The disk thread tells after each write; so what is told here is in the file, in whole frames. A
/// segment that ended is in the directory before it ends here: who looks here first and then there
/// misses none.
///
/// Ownership:      owns its memory, which grows with the segment's topics and marks.
/// Thread safety:  all members, from any thread. Who appends to the log does not come here.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "logio/journal/format.hpp"
#include "logio/journal/segment_summary.hpp"
#include "logio/record/topic.hpp"

namespace logio::journal {

class active_segment {
 public:
  struct extent {
    segment_head head;
    std::uint64_t bytes = 0;
    std::uint64_t next_position = 0;  ///< of the first record behind those bytes

    bool is(const segment_head& other) const noexcept {
      return head.epoch == other.epoch && head.first_position == other.first_position;
    }
  };
  /// What one write added.
  struct addition {
    std::vector<mark> marks;
    std::vector<std::pair<std::uint32_t, record::topic>> topics;
  };

  void begin(const segment_head& head);
  void extend(std::uint64_t bytes, std::uint64_t next_position, const addition& added);
  void end();

  /// Nothing between two segments.
  std::optional<extent> look() const;

  // Nothing when there is none, or when another segment is being written by now:

  /// The last one at or in front of this position.
  std::optional<mark> mark_at_position(const segment_head& of, std::uint64_t position) const;
  /// The last one in front of this time.
  std::optional<mark> mark_before(const segment_head& of, std::int64_t arrival_ns) const;
  std::optional<record::topic> topic(const segment_head& of, std::uint32_t number) const;

 private:
  mutable std::mutex mutex_;
  // Under mutex_:
  std::optional<extent> extent_;
  std::vector<mark> marks_;
  std::unordered_map<std::uint32_t, record::topic> topics_;
};

}  // namespace logio::journal
