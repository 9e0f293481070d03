/// What was read of each partition, what of it is settled, and so what may be committed.
///
///     offset      3   4   5   7   8        6 is gone: compacted, or of an aborted transaction
///     read        x   x   x   x   x        position 9
///     settled     x       x   x            to be committed: 4
///
/// A lane is one assignment of a partition. When the partition is taken away its lane is closed for
/// good, and what is settled of it afterwards counts for nothing, also when the partition comes
/// back: then it has a new lane, which begins at what was committed.
///
/// Ownership:      owns what it remembers.
/// Thread safety:  distinct objects.
/// Limits:         memory for each message that is read and not settled: its user bounds them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace logio::sink {

class kafka_offsets {
 public:
  using lane_id = std::uint32_t;
  /// Nothing is known of the place yet.
  static constexpr std::int64_t unknown = -1;

  struct lane {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t position = unknown;   ///< everything in front of it was read, or is not there
    std::int64_t committed = unknown;  ///< as the brokers know it
    std::int64_t spoiled = unknown;    ///< what is there cannot be read
    bool at_end = false;               ///< nothing was there at `position` when last looked
    std::set<std::int64_t> open;       ///< read and not settled

    /// The lowest offset that is not settled.
    std::int64_t settled_to() const noexcept { return open.empty() ? position : *open.begin(); }
  };

  struct entry {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
  };

  /// Begins a new lane of the partition, in place of its old one, at what is committed of it.
  lane_id begin(std::string_view topic, std::int32_t partition, std::int64_t committed);

  /// The partition is somebody else's. Nothing happens when it has no lane.
  void end(std::string_view topic, std::int32_t partition);
  void end_all() noexcept { lanes_.clear(); }

  /// The message at `offset` was read and is to be settled. Says how many offsets lie between the
  /// position and it. REQUIRES: the lane is there, and `offset` is not in front of its position.
  std::uint64_t read(lane_id which, std::int64_t offset);

  /// There is nothing to be read in front of `offset`, and nothing at it now.
  void reach_end(lane_id which, std::int64_t offset);

  /// The message is delivered, or kept elsewhere. False: there is nothing of that kind to settle.
  bool settle(lane_id which, std::int64_t offset);

  /// What can be committed and is not, each as the first offset that is not settled.
  std::vector<entry> due() const;

  /// The brokers have it. Nothing happens when it is of a lane that is gone.
  void note_committed(const entry& what);

  /// Null when there is none.
  lane* find(lane_id which);
  lane* find(std::string_view topic, std::int32_t partition);
  lane_id id_of(std::string_view topic, std::int32_t partition) const;

  const std::map<lane_id, lane>& lanes() const noexcept { return lanes_; }
  /// Whether all lanes are at their ends, so also when there is none.
  bool at_end() const noexcept;
  /// Read and not settled, of all lanes.
  std::size_t open() const noexcept;

 private:
  std::map<lane_id, lane> lanes_;
  lane_id next_ = 1;  ///< 0 is no lane
};

}  // namespace logio::sink
