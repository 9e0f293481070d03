/// Moves what is in the ring to the subscribers of one I/O thread.
///
/// run() walks new batches once, in order, past every group that wants their topic, and hands the
/// members what was encoded. It does no I/O and waits for nobody, so the ring is never held back by
/// a reader. Groups with line patterns are served by a line_scanner behind this step.
///
///     ring ──gate──► route of the batch's topic ──► groups ──► members' queues ──► on_ready()
///              ├───(pin, on a CPU budget)──► line_scanner ──► groups with log=, exclude=
///              └───(pin, on a CPU budget)──► history_set ──► groups of one, until they catch up
///
/// While the thread has no subscribers the dispatcher does not hold the ring and sleeps.
///
/// Ownership:      owns groups and blocks; borrows ring, topics, counters and encoders.
/// Thread safety:  belongs to one thread.
/// Limits:         `dispatcher_limits`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "logio/hub/block.hpp"
#include "logio/hub/counters.hpp"
#include "logio/hub/deep_history.hpp"
#include "logio/hub/group.hpp"
#include "logio/hub/history_set.hpp"
#include "logio/hub/line_scanner.hpp"
#include "logio/hub/route.hpp"
#include "logio/hub/subscription.hpp"
#include "logio/hub/time_index.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/ring/readers.hpp"

namespace logio::hub {

struct dispatcher_limits {
  std::size_t queue_bytes_max = std::size_t{4} << 20;   ///< of one subscriber
  std::size_t queues_bytes_max = std::size_t{256} << 20;  ///< of all subscribers of this thread
  std::size_t turn_bytes_max = std::size_t{256} << 10;  ///< of batches in one run()
  std::int64_t scan_cpu_percent = 2;  ///< for line patterns while the thread is busy
  std::int64_t history_cpu_percent = 20;  ///< for reading history while the thread is busy
  /// Of a reader's first turn, in which it should find where its stream begins.
  std::int64_t history_first_slice_ns = 1'000'000;
};

/// The numbers of a dispatcher's readers of the ring: its alone.
struct dispatcher_readers {
  unsigned gate = 0, scan_pin = 0, history_pin = 1;
};

class dispatcher {
 public:
  dispatcher(ring::log_ring& ring, const dispatcher_readers& numbers, topic_table& topics,
             const time_index& times, shard_counters& counters, const dispatcher_limits& limits);
  dispatcher(const dispatcher&) = delete;
  ~dispatcher();

  /// A subscriber of what `f` matches: of everything that is appended to the ring from now on, or
  /// of what `history` says. Call run() (or let the shard do so) afterwards; until then nothing of
  /// what is new is delivered. The listener hears nothing before its first take().
  std::unique_ptr<subscription> subscribe(const filter::filter& f, encoder& format,
                                          subscriber& listener,
                                          const history_request& history = {});

  /// Lets readers of history go on behind the ring. REQUIRES: there are none yet.
  void use_deep_history(deep_access access) { deep_ = std::move(access); }

  /// One turn. True: there is more to do, run again soon. False: everything is dispatched; if
  /// `may_sleep`, the next append will ask for a wake-up of this gate.
  bool run(bool may_sleep);

  /// Whether dispatch_at_once() would take a batch of so many bytes that is appended now:
  /// everything before it is dispatched, the subscribers are one or two, nobody on this thread
  /// reads lines behind the dispatcher, and since the last run() no more than a quarter of a
  /// subscriber's queue went this way, for in between nobody's socket is looked at.
  bool may_dispatch_at_once(std::size_t bytes) const noexcept;
  /// Whether so much was appended on this thread since the last turn that another one should not
  /// wait for the event loop: it would read what has left the cache, and give subscribers more at
  /// a time than may wait for them.
  bool is_due(std::size_t appended_bytes) const noexcept {
    return appended_bytes >= limits_.turn_bytes_max;
  }
  /// A turn for the batch that was just appended at `first_position`, read from where it was
  /// copied from, and so still lies in the cache. Nothing happens if it is not the next one.
  /// REQUIRES: `records` are its payload; may_dispatch_at_once() before it was appended.
  void dispatch_at_once(std::uint64_t first_position, const record::batch_view& records);

  /// What the line scanner wants next; see line_scanner::turn().
  line_scanner::outcome scan(std::int64_t monotonic_ns);
  bool has_scan_work() const noexcept;
  /// Gives the next reader of history its turn.
  history_set::outcome read_history(std::int64_t monotonic_ns);
  bool has_history_work() const noexcept { return history_.has_work(); }
  /// `on_work` is called when there is history to read and there was none.
  void when_history_work(std::function<void()> on_work) { history_.on_work = std::move(on_work); }
  /// The thread has other work than scanning: the next turns of both are on their budgets.
  void note_busy() noexcept {
    scanner_.note_busy();
    history_.note_busy();
  }

  /// Writers (bits by shard) that waited for this gate and may append now.
  std::uint64_t take_stalled() noexcept { return gate_.take_stalled(); }

  /// Gives spare memory back. To be called about once a second.
  void rest() noexcept;

  /// Where a subscription made now would begin.
  ring::place position() const noexcept {
    return gate_.joined() ? gate_.at() : ring_.end();
  }

  /// What waits for subscribers, as memory that is allocated for it. From any thread.
  std::size_t queued_bytes() const noexcept { return pool_.allocated_bytes(); }

  std::size_t subscribers() const noexcept { return subscribers_; }
  /// Members that a subscription with this filter and format would join; 0: a new group.
  std::size_t members_of(const filter::filter& f, int format) const noexcept;
  template <class Visit>
  void for_each_group(Visit&& visit) const {
    for (const auto& g : groups_) visit(*g);
  }

  // For groups, subscriptions, the line scanner and readers of history:
  block_pool& pool() noexcept { return pool_; }
  const dispatcher_limits& limits() const noexcept { return limits_; }
  shard_counters& counters() noexcept { return counters_; }
  std::int64_t now_ns() const noexcept { return now_ns_; }
  const topic_table& topics() const noexcept { return topics_; }
  const time_index& times() const noexcept { return times_; }
  /// Bytes of batches that went by since the start.
  std::uint64_t moved_bytes() const noexcept { return moved_bytes_; }
  void read_on(history_reader& reader) { history_.read_on(reader); }
  const deep_access& deep() const noexcept { return deep_; }
  /// What the reader waited for has come.
  void history_came(history_reader& reader) { history_.go_on(reader); }
  /// Lets the reader's subscription join the others. REQUIRES: it stands where the gate stands.
  void join(history_reader& reader);
  /// Sheds, from whoever holds the most, until `bytes` more fit the total. False: all is in flight.
  bool make_room(std::size_t bytes);
  void unsubscribe(subscription& s) noexcept;
  route& route_of(std::uint32_t topic_id);
  void touch(group& g) {
    if (g.dirty()) return;
    g.set_dirty(true);
    dirty_.push_back(&g);
  }
  void flush_and_wake();

 private:
  void dispatch(const ring::batch_header& batch, const record::batch_view& records);
  void end_turn(std::size_t bytes);
  void extend(route& r);
  void forget_routes();
  subscription* largest_holder() noexcept;
  template <class Same>
  group* find_group(const filter::filter& f, Same&& same) const noexcept;
  group* find_joinable(const filter::filter& f, const encoder& format) const noexcept;
  group& add_group(std::unique_ptr<group> g);
  void remove(group& g) noexcept;
  void read_clock() noexcept;

  ring::log_ring& ring_;
  ring::log_gate gate_;
  topic_table& topics_;
  const time_index& times_;
  shard_counters& counters_;
  const dispatcher_limits limits_;
  deep_access deep_;
  block_pool pool_;
  line_scanner scanner_;
  history_set history_;
  std::vector<std::unique_ptr<group>> groups_;  // by serial, ascending
  std::unordered_multimap<std::size_t, group*> groups_by_filter_;  // by the spec's hash
  std::uint64_t next_serial_ = 1;
  std::size_t subscribers_ = 0;
  std::unordered_map<std::uint32_t, std::unique_ptr<route>> routes_;
  std::size_t routes_limit_ = 1024;  // when to look for retired ones
  std::uint32_t last_topic_ = 0;     // of the last batch, and its route
  route* last_route_ = nullptr;
  std::vector<group*> dirty_;
  std::int64_t now_ns_ = 0;
  std::uint64_t moved_bytes_ = 0;
  bool turn_is_long_ = false;
  std::size_t at_once_left_ = 0;  // bytes of batches until the next run()
};

}  // namespace logio::hub
