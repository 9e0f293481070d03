/// The hub's part on one I/O thread: its dispatcher, when that runs, and how batches get in.
///
/// A publisher on this thread appends through publish(); sleeping dispatchers, here or on other
/// threads, are woken once per batch at most. The own dispatcher runs after the handlers that are
/// ready now, so what several publishers sent at once is dispatched in one turn.
///
/// Ownership:      the hub owns shards; the shard's io_context must outlive it.
/// Thread safety:  belongs to its thread, except wake_from_elsewhere().
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "logio/hub/client_table.hpp"
#include "logio/hub/counters.hpp"
#include "logio/hub/dispatcher.hpp"
#include "logio/record/batch_builder.hpp"

namespace logio::hub {

class hub;

class shard {
 public:
  using executor_type = boost::asio::io_context::executor_type;

  shard(hub& owner, unsigned index, executor_type executor, const dispatcher_limits& limits);
  shard(const shard&) = delete;

  unsigned index() const noexcept { return index_; }
  const executor_type& get_executor() const noexcept { return executor_; }
  hub& owner() noexcept { return hub_; }
  shard_counters& counters() noexcept { return counters_; }
  const shard_counters& counters() const noexcept { return counters_; }

  /// Appends the records of `batch`, and tells it where the next ones will probably go. False: the
  /// ring is full because readers on other threads lag; nothing was appended, the thread is
  /// stalled: stop reading publishers, and offer the same batch again when `resume` (given to
  /// when_room) is called.
  /// `who` numbers these records, the last of them `sequence`.
  bool publish(topic_info& topic, record::batch_builder& batch, std::int64_t arrival_ns,
               const client* who = nullptr, std::uint64_t sequence = 0);
  /// The position behind this thread's last append.
  std::uint64_t appended_end() const noexcept { return next_position_; }

  /// Whether a batch of this thread waits for room. While it does, nobody may publish.
  bool stalled() const noexcept { return stalled_; }
  /// Calls `resume` once on this thread when there may be room. First come, first served.
  void when_room(std::function<void()> resume);

  /// Calls `settle` once on this thread when hub::durable_position() has moved, or may have.
  void when_durable(std::function<void()> settle);

  /// See dispatcher::subscribe. `listener` hears on_ready() on this thread.
  std::unique_ptr<subscription> subscribe(const filter::filter& f, encoder& format,
                                          subscriber& listener,
                                          const history_request& history = {});
  /// See dispatcher::use_deep_history. Before start().
  void use_deep_history(deep_history& log);
  const dispatcher& dispatch() const noexcept { return dispatcher_; }

  /// Dispatches all that was appended so far, now. For the drain at the end.
  void dispatch_all();

  /// Begins the housekeeping timer. To be called once, on the thread, before anything else.
  void start();
  /// Ends timers, so that the io_context can run out of work.
  void stop();

  /// From any thread: this shard's gate was asleep and there is a new batch.
  void wake_from_elsewhere();
  /// From any thread: room may have been made for this shard's stalled writers.
  void resume_from_elsewhere();
  /// From any thread: hub::durable_position() has moved.
  void durable_moved();

 private:
  /// Work that goes on in turns, behind what is ready.
  struct background {
    boost::asio::steady_timer timer;
    line_scanner::outcome (dispatcher::*turn)(std::int64_t monotonic_ns);
    bool scheduled = false;
  };

  void schedule();
  void schedule(background& work);
  void turn_of(background& work);
  void turn();
  void resume_stalled(std::uint64_t shards);
  void resume();
  void settle();
  void housekeeping();

  hub& hub_;
  const unsigned index_;
  executor_type executor_;
  shard_counters counters_;
  dispatcher dispatcher_;
  background scan_, history_;
  boost::asio::steady_timer housekeeping_timer_;
  std::deque<std::function<void()>> waiting_for_room_;
  std::vector<std::function<void()>> waiting_for_durable_;
  std::atomic<bool> wants_durable_{false};
  std::uint64_t next_position_ = 0;  // behind this thread's last append
  std::size_t undispatched_bytes_ = 0;  // appended by this thread since the last turn
  bool stalled_ = false;
  bool scheduled_ = false;
  bool stopped_ = false;
};

}  // namespace logio::hub
