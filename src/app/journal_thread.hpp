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
#include <cstdint>

#include "gate_thread.hpp"
#include "logio/hub/hub.hpp"
#include "logio/journal/writer.hpp"

namespace logio::app {

class journal_thread {
 public:
  journal_thread(hub::hub& h, journal::writer& to, bool shed);

  /// Before any publisher appends.
  void begin() { thread_.begin(); }
  /// Takes what is in the ring, until `deadline` while the writer has no room, and ends.
  /// REQUIRES: nobody appends any more.
  void stop(journal::writer::clock::time_point deadline);

  /// Records that the journal left out, because the disk could not take them.
  std::uint64_t left_out_records() const noexcept {
    return left_out_.load(std::memory_order_relaxed);
  }

 private:
  bool take(const ring::batch_header& batch);
  bool append(const ring::batch_header& batch);
  bool close_gap();
  bool leave_out(const ring::batch_header& batch);

  hub::hub& hub_;
  journal::writer& writer_;
  const bool shed_when_full_;
  hub::topic_ptr topic_;  // of the last batch
  journal::gap gap_;      // left out and not written down yet
  std::atomic<std::uint64_t> left_out_{0};
  gate_thread thread_;
};

}  // namespace logio::app
