/// The log behind the ring, as readers of history see it: what the hub asks of whoever keeps it.
///
///     history_reader ─► deep_link ─► deep_history::run ─► a thread: deep_reader::read ─┐
///         renders   ◄─ posted to the I/O thread ◄─────── deep_piece, some of the log ──┘
///
/// I/O threads never wait: what may touch a disk is a deep_reader's, and those work only inside
/// run(). One reader has one piece of work out at a time, each of a bounded size and time, so that
/// readers take turns.
///
/// Ownership:      the hub borrows a deep_history, which must outlive its shards' readers.
/// Thread safety:  deep_history: any thread. deep_reader: one thread at a time.
/// Limits:         `deep_order`, `deep_search`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/hub/missed_reason.hpp"
#include "logio/hub/topic_table.hpp"

namespace logio::hub {

/// Which part of the log comes next.
struct deep_order {
  std::uint64_t from = 1;  ///< records in front of this position are not wanted
  std::uint64_t end = 0;   ///< nor are those from this one on
  std::int64_t since_ns = INT64_MIN;  ///< nor those that arrived earlier
  std::int64_t until_ns = INT64_MAX;  ///< nor those that arrived then or later
  std::uint64_t skip_matches = 0;     ///< nor so many of the first that match
  std::size_t bytes_max = 0;          ///< of records, as they are stored; one record may be more
  /// A look for matches that took too long is given up and goes on here: what is from here on is
  /// also in the ring.
  std::uint64_t give_up_to = 0;
};

/// Records that match, and positions that nobody can look at, in order.
struct deep_piece {
  struct item {
    std::shared_ptr<const topic_info> topic;  ///< null: the positions are missed
    std::uint64_t first_position = 0;
    std::uint64_t positions = 0;
    std::uint64_t epoch = 0;
    std::int64_t arrival_ns = 0;  ///< of the records; of missed ones a time before it, or 0
    missed_reason why = missed_reason::retention;
    std::size_t at = 0, bytes = 0;  ///< where the records lie
  };

  std::vector<item> items;
  std::vector<std::byte> bytes;
  std::uint64_t next_position = 0;  ///< everything in front of it was looked at
  std::uint64_t skipped_matches = 0;
  bool until_reached = false;
  bool at_end = false;          ///< the log holds nothing behind it now
  std::shared_ptr<void> ticket; ///< given back when the piece is used up
};

/// Where a stream begins: the first record that arrived at `since_ns`, or so that `tail` matches
/// lie between it and `end`.
struct deep_search {
  std::optional<std::uint64_t> tail;
  std::optional<std::int64_t> since_ns, until_ns;
  std::uint64_t end = 0;
};

struct deep_start {
  bool found = false;   ///< false: its time is over, ask again with the same
  bool at_end = false;  ///< not found, for what has to be looked at is not written yet
  std::uint64_t position = 0;
  std::uint64_t skip_matches = 0;
  /// What cannot be had of what was asked for: up to so many positions in front of `position`.
  std::uint64_t missed = 0;
  missed_reason why = missed_reason::retention;
};

/// One reader's place in the log. Its members may wait for the disk.
class deep_reader {
 public:
  virtual ~deep_reader() = default;

  /// Some of what comes next; empty when its time was over before a match, or nothing is there.
  virtual deep_piece read(const deep_order& what) = 0;

  /// REQUIRES: one search for each object.
  virtual deep_start find(const deep_search& what) = 0;
};

class deep_history {
 public:
  virtual ~deep_history() = default;

  virtual std::unique_ptr<deep_reader> open(const filter::filter& wanted) = 0;

  /// Runs `work` on a thread of its own, first come, first served. `ticket` is to be kept by what
  /// the work made for as long as that holds memory. What has not begun at the end never runs.
  virtual void run(std::function<void(std::shared_ptr<void> ticket)> work) = 0;

  // At once, from memory:

  /// The first position that the log holds.
  virtual std::uint64_t oldest_position() const = 0;
  /// A position at or in front of the first record that arrived at `since_ns` or later.
  virtual std::uint64_t position_before(std::int64_t since_ns) const = 0;
};

/// What a dispatcher needs of it. Null: the ring is all there is.
struct deep_access {
  deep_history* log = nullptr;
  /// Runs on the dispatcher's thread; called from any.
  std::function<void(std::function<void()>)> post;
};

}  // namespace logio::hub
