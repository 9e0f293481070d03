/// Carries the log from the ring to the journal, on a thread of its own.
///
///     ring ─(gate: holds it back)─► journal_thread ─► journal::writer ─► disk thread
///
/// It never waits for the disk itself: when the writer's buffer is full it stands still, so that
/// the ring fills and publishers wait; or, told to shed, it leaves batches out and writes down how
/// many.
///
/// Ownership:      borrows hub and writer, which must outlive it.
/// Thread safety:  begin(), stop(): the main thread. left_out_records(): any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <semaphore>
#include <thread>

#include "logio/hub/hub.hpp"
#include "logio/journal/writer.hpp"
#include "logio/ring/readers.hpp"

namespace logio::app {

class journal_thread {
 public:
  journal_thread(hub::hub& h, journal::writer& to, bool shed);
  journal_thread(const journal_thread&) = delete;
  ~journal_thread();

  /// Before any publisher appends.
  void begin();
  /// Takes what is in the ring, until `deadline` while the writer has no room, and ends.
  /// REQUIRES: nobody appends any more.
  void stop(journal::writer::clock::time_point deadline);

  /// Records that the journal left out, because the disk could not take them.
  std::uint64_t left_out_records() const noexcept {
    return left_out_.load(std::memory_order_relaxed);
  }

 private:
  void run();
  bool append(const ring::batch_header& batch);
  bool leave_out(const ring::batch_header& batch);
  void rest();
  bool time_is_over() const noexcept;

  hub::hub& hub_;
  journal::writer& writer_;
  const bool shed_when_full_;
  ring::log_gate gate_;
  hub::topic_ptr topic_;  // of the last batch
  journal::gap gap_;      // left out and not written down yet
  int quiet_turns_ = 0;
  std::counting_semaphore<> wake_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<journal::writer::clock::duration::rep> deadline_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::thread thread_;
};

}  // namespace logio::app
