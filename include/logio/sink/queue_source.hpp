/// A sink's bounded queue in memory: for a hub without a journal.
///
///     feeder's thread ─► push() ─► chunks ─► fetch() ─► runner
///                                    └─ too many bytes: the oldest chunk goes, counted
///
/// Topic and severity are looked at when a batch comes in, so that what is not wanted takes no
/// room; line patterns run on the runner's thread. What goes unseen from the queue of a sink with
/// line patterns was never examined: it is missed, not dropped.
///
/// Ownership:      copies what it keeps.
/// Thread safety:  push() and note_end() on one thread; see source for the rest.
/// Limits:         `queue_bytes`, of memory that the queue holds; a chunk that is being delivered
///                 is never dropped, and counts. What line patterns do not want goes at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "logio/filter/filter.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/sink/source.hpp"

namespace logio::sink {

/// What one batch of the ring holds.
struct fed_batch {
  hub::topic_ptr topic;
  std::uint64_t first_position = 0;
  std::uint32_t count = 0;
  std::int64_t arrival_ns = 0;
  std::span<const std::byte> records;
};

class queue_source final : public source {
 public:
  static constexpr std::size_t chunk_bytes = std::size_t{256} << 10;

  queue_source(filter::filter wanted, std::size_t queue_bytes, std::uint64_t epoch,
               std::uint64_t first_position);

  /// Takes what is wanted of the batch.
  void push(const fed_batch& b);
  /// Every record in front of it was pushed; the hub knows no more for now.
  void note_end(std::uint64_t position);

  /// What comes in front of `position` is not for it. REQUIRES: nothing was pushed.
  void begin_at(std::uint64_t position);
  /// Goes on with what `from` holds and has not settled, which is gone from there; what goes first
  /// when that is too much is counted here. REQUIRES: nobody pushes or fetches here or there, and
  /// nothing was pushed here.
  void take_over(queue_source& from);

  void fetch(batch& out, const batch_limits& limits, clock::time_point until) override;
  void settle() override;
  log_place place() const override;
  bool exhausted() const override;
  source_counts counts() const override;
  void interrupt() override;

 private:
  /// Neighbours from one batch of the ring.
  struct run {
    std::shared_ptr<const record::topic> topic;
    std::int64_t arrival_ns = 0;
    std::uint64_t first_position = 0;
    std::uint32_t count = 0;
    std::size_t end = 0;  // of its records in `bytes`
  };
  struct chunk {
    std::vector<std::byte> bytes;
    std::vector<run> runs;
    std::uint64_t records = 0;
    clock::time_point begun;  // its first record came
    bool lent = false;        // items that are not settled point into it
    std::size_t held() const noexcept {
      return sizeof(chunk) + bytes.capacity() + runs.capacity() * sizeof(run);
    }
  };

  /// How far a chunk was read: its next record, and how many are in front of it.
  struct chunk_place {
    std::size_t run = 0, record = 0, at = 0;
    std::uint64_t passed = 0;
  };

  bool wants(const hub::topic_ptr& topic);
  void append(const fed_batch& b, const std::byte* from, const std::byte* to,
              std::uint64_t position, std::uint32_t count);
  chunk& open_chunk(std::size_t bytes);
  void shed();
  void wait_for_batch(std::unique_lock<std::mutex>& lock, const batch_limits& limits,
                      clock::time_point until);
  void take_oldest();
  bool take(chunk& from, batch& out, const batch_limits& limits);
  void drop_newest_taken();
  void release(std::unique_ptr<chunk> done);
  static bool is_full(const batch& b, const batch_limits& limits) noexcept {
    return b.items.size() >= limits.records || b.bytes >= limits.bytes;
  }
  bool is_ripe(const batch_limits& limits) const noexcept {
    return queued_records_ >= limits.records || queued_bytes_ >= limits.bytes;
  }

  const filter::filter wanted_;
  const std::size_t queue_bytes_;
  const std::uint64_t epoch_;
  std::unordered_map<std::uint32_t, bool> topics_;  // feeder's

  mutable std::mutex mutex_;
  std::condition_variable news_;
  // Under mutex_:
  std::deque<std::unique_ptr<chunk>> queue_;
  std::uint64_t queued_records_ = 0;  // in queue_
  std::size_t queued_bytes_ = 0;      // of those
  std::unique_ptr<chunk> spare_;      // what the next one is made of
  std::size_t held_bytes_ = 0;        // memory, also of what is being delivered
  std::uint64_t taken_records_ = 0;   // of taken_, and not settled
  std::uint64_t end_;                 // everything in front of it was pushed
  std::uint64_t settled_;             // and in front of this, done with
  std::uint64_t matched_ = 0, dropped_ = 0, missed_ = 0;
  std::int64_t fetched_since_ns_ = 0;
  bool interrupted_ = false;
  bool has_waiter_ = false;  // for news
  batch_limits ripe_at_;     // for that many

  // Runner's:
  std::deque<std::unique_ptr<chunk>> taken_;
  std::size_t taken_bytes_ = 0;
  bool used_up_ = true;     // the last chunk taken, or there is none
  chunk_place next_;        // in the last chunk taken: what take() looks at next
  chunk_place settled_to_;  // in the first one: behind what is done with
};

}  // namespace logio::sink
