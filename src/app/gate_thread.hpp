/// A thread that reads the ring by a gate of its own, batch by batch, and sleeps when there is
/// none.
///
/// For readers that are no part of an I/O thread: the journal, the queues of sinks. Whoever takes
/// the batches must only move them on, for the ring waits for its gates.
///
/// Ownership:      borrows the hub, which must outlive it; owns its thread.
/// Thread safety:  begin(), stop(): the main thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <semaphore>
#include <thread>

#include "logio/hub/hub.hpp"
#include "logio/ring/readers.hpp"

namespace logio::app {

class gate_thread {
 public:
  using clock = std::chrono::steady_clock;

  /// Both are called on the thread.
  struct handlers {
    /// False: not now, after a wait; it is offered again.
    std::function<bool(const ring::batch_header&)> on_batch;
    /// Before it rests: every record in front of `position` was offered. May be empty.
    std::function<void(std::uint64_t position)> on_caught_up;
  };

  gate_thread(hub::hub& h, unsigned gate, handlers to);
  gate_thread(const gate_thread&) = delete;
  ~gate_thread();

  /// Returns the position from which on it is given batches: the log's end now.
  std::uint64_t begin();
  /// Takes what is in the ring, until `deadline` what is not taken, and ends.
  /// REQUIRES: nobody appends any more.
  void stop(clock::time_point deadline);

 private:
  void run();
  void rest();
  bool time_is_over() const noexcept;

  hub::hub& hub_;
  const handlers to_;
  ring::log_gate gate_;
  int quiet_turns_ = 0;
  std::counting_semaphore<> wake_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<clock::duration::rep> deadline_{0};
  std::thread thread_;
};

}  // namespace logio::app
