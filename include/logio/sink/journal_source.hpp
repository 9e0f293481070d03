/// A sink's records out of the journal: what its peer does not take stays on disk.
///
///     segments ─► follower ─► topic, severity, line patterns ─► copies of what is wanted
///
/// Nothing is dropped: a sink that falls behind reads older files. Only what retention deletes in
/// front of it, or what the disk lost, is missed, and counted.
///
/// Ownership:      borrows directory and writer, which must outlive it.
/// Thread safety:  as source; note_written() from any thread.
/// Limits:         memory: one batch and the follower's; independent of how far behind it is.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/journal/follower.hpp"
#include "logio/sink/place_file.hpp"
#include "logio/sink/source.hpp"

namespace logio::sink {

/// Where a sink goes on in this run, whose first position is the newest epoch's. A new sink begins
/// with what is new; one whose place is lost, with the oldest record that there is.
std::uint64_t find_start(const remembered_place& last,
                         const std::vector<journal::epoch_start>& epochs,
                         std::uint64_t oldest_position);

class journal_source final : public source {
 public:
  /// `log_end` tells the position of the hub's next record.
  journal_source(filter::filter wanted, const journal::directory& in, const journal::writer& by,
                 std::uint64_t epoch, std::uint64_t start,
                 std::function<std::uint64_t()> log_end);

  /// There is more in the journal than before.
  void note_written();

  /// When the newest record of the segment that is read next arrived; 0: it is being written, or
  /// there is none. From any thread.
  std::int64_t next_segment_ns() const;

  /// What comes behind it is no longer this sink's; or, where it has begun to give that out, what
  /// comes behind the position that is returned. From any thread.
  std::uint64_t end_at(std::uint64_t position);

  void fetch(batch& out, const batch_limits& limits, clock::time_point until) override;
  void settle() override;
  log_place place() const override;
  bool exhausted() const override;
  source_counts counts() const override;
  std::string trouble() const override { return trouble_; }
  void interrupt() override;

 private:
  struct known_topic {
    const record::topic* topic = nullptr;
    bool wanted = false;
  };

  bool read_on();
  bool take(batch& out, const batch_limits& limits);
  const known_topic& know(const record::topic& t);
  record::view keep(const record::view& r);
  bool wait(clock::time_point until);
  std::uint64_t bytes_from(std::uint64_t position) const;
  std::uint64_t end() const;

  const filter::filter wanted_;
  const journal::directory& directory_;
  const journal::writer& writer_;
  const std::uint64_t epoch_;
  const std::function<std::uint64_t()> log_end_;

  // Runner's:
  journal::follower follower_;
  std::map<record::topic, bool> topics_;
  known_topic last_;
  journal::follower::found_batch frame_;  // valid while at_ is not null
  const std::byte* at_ = nullptr;         // its next record
  std::uint64_t position_;                // of that one, or of what comes next
  std::string trouble_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;  // copies
  std::size_t block_room_ = 0;
  std::byte* block_at_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable news_;
  bool written_ = false;  // under mutex_, as is what sets the next
  std::atomic<bool> interrupted_{false};

  std::atomic<std::uint64_t> settled_, matched_{0}, missed_{0};
  // Each side writes its own and reads the other's: one of them sees what the other does.
  std::atomic<std::uint64_t> end_{std::numeric_limits<std::uint64_t>::max()};
  std::atomic<std::uint64_t> begun_{0};  // behind the frame that is given out
  std::atomic<std::int64_t> fetched_since_ns_{0};
};

}  // namespace logio::sink
