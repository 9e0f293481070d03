/// Runs one sink: takes records from its source and brings them to its peer, whatever happens.
///
///     source ─► batch ─► (rate limit) ─► client ─► delivered ─► settled, place saved
///                 ▲                        ├─► refused ─► dead letters, with the peer's reason
///                 └──── back-off ◄─────────┴─► pending: again, in order, before anything new
///
/// A peer that is down is tried again for ever, with a growing, jittered wait and a fresh look-up
/// of its name; nobody else notices. One line in the log for each change of state.
///
/// Ownership:      owns source, client and its thread; borrows nothing.
/// Thread safety:  status(), dead(), resend(): any thread. The rest: one thread, the owner's.
/// Limits:         one batch at a time, `batch_records` and `batch_bytes` large, smaller while the
///                 peer is busy. The place is saved once a second, and at the end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "logio/base/back_off.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/dead_letters.hpp"
#include "logio/sink/rate_limit.hpp"
#include "logio/sink/sink_options.hpp"
#include "logio/sink/source.hpp"

namespace logio::sink {

enum class sink_state : std::uint8_t { up, back_off, stopped };

/// What is told of a sink.
struct sink_status {
  sink_state state = sink_state::up;
  std::int64_t since_ns = 0;  ///< of that state
  std::string last_error;     ///< empty: there was none
  log_place place;
  source_counts source;
  std::uint64_t sent_records = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t cut_records = 0;  ///< of those sent: the peer takes shorter ones only
  std::uint64_t retried_requests = 0;
  std::uint64_t dead_records = 0;    ///< refused since the start; dead().count(): kept
  std::uint64_t resent_records = 0;  ///< dead letters that were delivered after all; not in sent
  client_counts client;
};

class runner {
 public:
  struct parts {
    sink_options options;
    std::string folder;  ///< for the place and the dead letters; empty: nothing is remembered
    std::unique_ptr<sink::source> source;
    std::unique_ptr<sink::client> client;
    /// Positions of this and earlier runs in front of it may have been delivered before.
    std::uint64_t repeated_before = 0;
  };

  explicit runner(parts of);
  runner(const runner&) = delete;
  ~runner();

  void start();
  /// Lets it deliver what is there until `deadline`, and end. With `keeps`, what is left is safe
  /// elsewhere: then a peer that is down is not waited for. REQUIRES: nobody publishes any more.
  void drain(clock::time_point deadline, bool keeps);
  /// Ends behind the batch that it delivers now, or with it pending at `deadline`: another one goes
  /// on with what is left.
  void hand_over(clock::time_point deadline);
  /// After drain() or hand_over(): does not wait for the peer's answer any more.
  void cut_off() noexcept;
  /// After drain() or hand_over(): waits for the end. Behind drain() says in the log what remains.
  void join();
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }

  const sink_options& options() const noexcept { return options_; }
  sink_status status() const;
  dead_letters& dead() noexcept { return dead_; }
  /// Whoever goes on takes what is left from it. REQUIRES: ended().
  sink::source& left() noexcept { return *source_; }
  /// Delivers the dead letters again, in front of what is new. Returns how many there are.
  std::uint64_t resend();

 private:
  void run();
  void send_dead();
  bool fetch();
  bool is_readable();
  bool deliver();
  std::size_t allowed(std::size_t items);
  void take_outcome(std::span<const item> offered);
  void give_up_old(clock::time_point since);
  void fail();
  void recover();
  void set_state(sink_state to, const std::string& error);
  bool wait_until(clock::time_point until);
  bool is_over() const;
  bool is_draining() const;
  void save_place(bool now);

  const sink_options options_;
  const std::string folder_;
  const std::unique_ptr<source> source_;
  const std::unique_ptr<client> client_;
  const std::uint64_t repeated_before_;
  dead_letters dead_;
  // The thread's:
  batch batch_;
  outcome outcome_;
  base::back_off back_off_;
  rate_limit records_, bytes_;
  std::size_t batch_records_;
  clock::time_point save_due_;
  log_place saved_;  // nothing yet: where it begins is written down too
  std::uint64_t done_of_batch_ = 0;  // delivered or refused, and not settled
  std::size_t offered_again_ = 0;    // of the batch's items, and pending still
  bool source_fails_ = false, place_fails_ = false;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Under mutex_:
  sink_state state_ = sink_state::up;
  std::int64_t since_ns_ = 0;
  std::string last_error_;
  log_place place_;
  std::optional<clock::time_point> drain_until_;
  bool keeps_ = false;
  bool hands_over_ = false;

  std::atomic<std::uint64_t> sent_records_{0}, sent_bytes_{0}, cut_{0}, retried_{0}, refused_{0},
      resent_{0};
  std::atomic<bool> ended_{false}, resend_wanted_{false};
  std::thread thread_;
};

}  // namespace logio::sink
