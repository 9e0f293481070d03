/// The log and everything that all I/O threads share of it: ring, topics, clients, totals.
///
/// Ownership:      owns the shards, one per I/O thread; the io_contexts must outlive it.
/// Thread safety:  const members and shards' own threads; see each class.
/// Errors:         open() fails with a ring_error or ENOMEM.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/hub/client_table.hpp"
#include "logio/hub/shard.hpp"
#include "logio/hub/time_index.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/ring/ring.hpp"

namespace logio::hub {

struct hub_options {
  std::size_t ring_bytes = std::size_t{64} << 20;
  /// Largest record. The ring has room for at least four batches with one such record.
  std::size_t record_bytes_max = std::size_t{1} << 20;
  std::size_t subscriber_queue_bytes = std::size_t{4} << 20;
  std::size_t queues_bytes_total = std::size_t{256} << 20;  ///< divided evenly among the threads
  std::size_t input_bytes_total = std::size_t{256} << 20;   ///< unfinished records of publishers
  std::size_t topics_max = 100'000;
  std::uint64_t epoch = 0;           ///< 0: a new one is made
  std::uint64_t first_position = 1;  ///< of the first record of this run
  bool has_journal = false;          ///< somebody reads the ring by journal_gate()
  bool has_sinks = false;            ///< and by sinks_gate()
};

/// Random, so that two hubs never share an epoch; the clock where the kernel has no entropy yet.
std::uint64_t make_epoch() noexcept;

class hub {
 public:
  /// One shard for each executor.
  static result<std::unique_ptr<hub>> open(const hub_options& options,
                                           std::vector<shard::executor_type> executors);

  const hub_options& options() const noexcept { return options_; }
  ring::log_ring& ring() noexcept { return *ring_; }
  /// Most bytes of one batch: what fits into a chunk of the ring.
  std::size_t payload_bytes_max() const noexcept;
  topic_table& topics() noexcept { return topics_; }
  client_table& clients() noexcept { return clients_; }
  time_index& times() noexcept { return times_; }

  std::size_t shard_count() const noexcept { return shards_.size(); }
  shard& at(std::size_t index) noexcept { return *shards_[index]; }

  /// The shard on which a subscription with this filter and format is best kept: always the same
  /// one, so that equal subscriptions share their work.
  shard& shard_for(const filter::spec& selection, int format) noexcept;

  /// This run of the hub; users see it as 16 hex digits.
  std::uint64_t epoch() const noexcept { return epoch_; }
  /// `EPOCH-POSITION`. The first record has position 1, so that EPOCH-0 stands in front of all.
  std::string cursor(std::uint64_t position) const;

  /// The ring's gate for the journal. REQUIRES: has_journal.
  unsigned journal_gate() const noexcept { return static_cast<unsigned>(shards_.size()); }
  /// The one for sinks that are fed from the ring. REQUIRES: has_sinks.
  unsigned sinks_gate() const noexcept { return journal_gate() + (options_.has_journal ? 1 : 0); }
  /// What to do when one of these two slept and there is a batch for it. To be called before any
  /// append.
  void when_gate_wakes(unsigned gate, std::function<void()> wake) {
    wake_[gate - journal_gate()] = std::move(wake);
  }
  /// Some gate slept and there is a new batch. Any thread.
  void wake_gate(unsigned gate);

  /// Every record in front of it is as safe as an acknowledgement promises: in the ring, or, with a
  /// journal, where that says.
  std::uint64_t durable_position() const noexcept {
    return durable_.load(std::memory_order_seq_cst);
  }
  /// Any one thread.
  void set_durable(std::uint64_t position) noexcept;

  /// The log behind the ring, for streams. It must outlive the threads. Before any stream.
  void use_deep_history(deep_history& log) {
    for (const auto& shard : shards_) shard->use_deep_history(log);
  }

  /// Accounts for `bytes` more (or fewer) of unfinished input. False: past the total; the caller
  /// still has to give them back.
  bool hold_input(std::int64_t bytes) noexcept;

  /// Publishers that no thread took, because there were too many connections. Any thread.
  void note_turned_away() noexcept { turned_away_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t turned_away() const noexcept {
    return turned_away_.load(std::memory_order_relaxed);
  }

 private:
  hub(const hub_options& options, std::unique_ptr<ring::log_ring> ring);

  const hub_options options_;
  std::unique_ptr<ring::log_ring> ring_;
  topic_table topics_;
  client_table clients_;
  time_index times_;
  const std::uint64_t epoch_;
  std::atomic<std::int64_t> input_bytes_{0};
  std::atomic<std::uint64_t> turned_away_{0};
  std::atomic<std::uint64_t> durable_;
  std::array<std::function<void()>, 2> wake_;  // from journal_gate() on
  std::vector<std::unique_ptr<shard>> shards_;
};

}  // namespace logio::hub
