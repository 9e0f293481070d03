/// One subscriber's place behind its group: what it is still to be sent, and what it lost.
///
///     group ──(shared blocks)──► queue ──take()──► in flight ──sent()──► gone
///                                  │
///                                  └─ over a limit: the oldest unsent block is dropped, counted,
///                                     and announced before the next line
///
/// The stream that owns a subscription loops: take(), write everything, sent(), until take() gives
/// nothing; then it waits for on_ready().
///
/// A subscription with history begins in a group of its own, which a history_reader fills whenever
/// the queue is empty; when that has come to where the dispatcher is, it moves to the others.
///
/// Ownership:      the stream owns it; destroying it leaves the group and counts what was not sent
///                 as discarded. The dispatcher must outlive it.
/// Thread safety:  belongs to its dispatcher's thread.
/// Limits:         the queue counts allocated capacity: `queue_bytes_max` for one subscription and
///                 one total over the thread; whoever holds the most sheds first. Blocks in flight
///                 are never dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/filter/spec.hpp"
#include "logio/hub/block.hpp"
#include "logio/hub/encoder.hpp"

namespace logio::hub {

class group;
class dispatcher;
class history_reader;

/// Told when there is something to send. Never called from within take() or sent().
/// REQUIRES of the implementation: does not destroy the subscription before it returns.
class subscriber {
 public:
  virtual void on_ready() noexcept = 0;
  /// More than half of what may wait for it does: what its kernel has room for by now should be
  /// written before something must be dropped. Once per sixteenth that comes in.
  virtual void on_backlog() noexcept = 0;

 protected:
  ~subscriber() = default;
};

/// matched = sent + dropped + queued, at all times; at the close, what is queued is discarded.
struct subscription_counts {
  std::uint64_t matched = 0;
  std::uint64_t sent = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t dropped = 0;
  std::uint64_t queued = 0;
  std::uint64_t missed = 0;
  std::size_t queued_bytes = 0;  ///< allocated capacity
};

class subscription {
 public:
  subscription(const subscription&) = delete;
  ~subscription();

  /// The next bytes to send, in order: at most `pieces_max` ranges and about `bytes_max` bytes.
  /// They stay valid until sent(). Returns the bytes in all; 0: nothing now, on_ready() will tell.
  /// REQUIRES: the bytes of the last take() were confirmed.
  std::size_t take(std::vector<std::string_view>& pieces, std::size_t pieces_max,
                   std::size_t bytes_max);

  /// Everything of the last take() was accepted by the local kernel.
  void sent() noexcept;

  /// Nothing will come any more: what was asked for ended, and all of it was taken.
  bool finished() const noexcept { return finished_ && !has_news(); }

  /// No record before this position belongs to it.
  std::uint64_t start_position() const noexcept { return start_position_; }

  /// Where it stands while it reads history: records from here on were not yet looked at.
  std::optional<std::uint64_t> history_position() const noexcept;

  /// Whether bytes are taken and not yet confirmed.
  bool in_flight() const noexcept { return taken_bytes_ != 0; }

  subscription_counts counts() const noexcept;

  /// Arrival of the oldest record that was not confirmed as sent; 0: there is none.
  std::int64_t unsent_since_ns() const noexcept {
    return taken_since_ns_ != 0 ? taken_since_ns_ : unsent_since_ns_;
  }
  const filter::spec& selection() const noexcept;

  /// No record that is not queued now will be: what is left can be sent before a clean end.
  void stop() noexcept { stopped_ = true; }

 private:
  friend class group;
  friend class dispatcher;
  friend class history_reader;
  friend class history_set;

  /// A position inside a block's growing contents.
  struct mark {
    std::uint32_t bytes = 0;
    std::uint32_t records = 0;
    std::uint64_t missed = 0;
  };

  subscription(dispatcher& owner, group& of, subscriber& listener);

  void push(const block_ptr& b, mark from);
  /// Whether on_backlog() is due.
  bool take_backlog() noexcept;
  void move_to(group& other);
  void note_finished() noexcept;
  std::size_t take_notice(std::vector<std::string_view>& pieces);
  bool drop_oldest() noexcept;
  void drop_unqueued(std::uint32_t records, std::int64_t since_ns) noexcept;
  void miss_unqueued(std::uint64_t positions, std::int64_t since_ns, missed_reason why) noexcept;
  std::size_t unsent_blocks() const noexcept { return size() - taken_blocks_; }
  bool has_unsent() const noexcept;
  bool has_news() const noexcept { return has_unsent() || pending_.any(); }
  void pop_front() noexcept;
  void find_unsent_since() noexcept;
  std::size_t size() const noexcept { return queue_.size() - head_; }
  block_ptr& front() noexcept { return queue_[head_]; }

  dispatcher& dispatcher_;
  group* group_;
  history_reader* history_ = nullptr;  // while it reads history; the dispatcher's
  subscriber& listener_;
  std::vector<block_ptr> queue_;   // from head_ on
  std::size_t head_ = 0;
  mark front_;                     // what of the front block is sent
  std::size_t taken_blocks_ = 0;   // leading blocks of which something is in flight
  mark taken_last_;                // how far into the last of them
  std::size_t taken_bytes_ = 0;
  // Arrivals of what is not history.
  std::int64_t live_from_ns_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t taken_since_ns_ = 0;   // arrival of the oldest record in flight
  std::int64_t unsent_since_ns_ = 0;  // and of the oldest one behind it
  std::string notice_;             // in flight
  loss pending_;                   // to be announced at its place, before the next line behind it
  bool loss_behind_front_ = false; // pending_ came to pass behind what the front block still has
  std::size_t held_bytes_ = 0;
  std::size_t pushed_bytes_ = 0;  // since take_backlog() was true
  std::uint64_t start_position_ = 0;
  std::uint64_t matched_elsewhere_ = 0;  // in the group before this one
  std::uint64_t missed_elsewhere_ = 0;
  std::uint64_t matched_before_ = 0;  // the group's count when this joined
  std::uint64_t missed_before_ = 0;
  std::uint64_t sent_ = 0, sent_bytes_ = 0, dropped_ = 0;
  std::size_t member_index_ = 0;
  bool waiting_ = true;  // the listener wants on_ready()
  bool stopped_ = false;
  bool finished_ = false;
};

}  // namespace logio::hub
