/// What a consumer asks of its brokers by the way: to take commits, and whether a trouble is over.
///
/// One commit is on its way at a time, so that no older one overtakes it.
///
/// Ownership:      borrows the library's consumer, the offsets and the trouble, which all live
///                 longer; owns the queue of the answers.
/// Thread safety:  one thread.
/// Limits:         no call waits longer than it is said to, or than 100 ms.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "sink/kafka_offsets.hpp"
#include "sink/kafka_trouble.hpp"

// The library's names, for it is not to be seen in headers.
struct rd_kafka_s;
struct rd_kafka_op_s;
struct rd_kafka_queue_s;

namespace logio::sink {

class kafka_upkeep {
 public:
  using clock = std::chrono::steady_clock;

  kafka_upkeep(rd_kafka_s* consumer, std::string group, kafka_offsets& offsets,
               kafka_trouble& trouble);

  /// Takes answers, commits what is due when a second has passed, and asks after a trouble with the
  /// way when it is time. REQUIRES: to be called often. `assigned`: the group has decided.
  void turn(bool assigned);

  /// Commits what is due without waiting. False: the last commit was refused.
  bool commit();
  /// Commits all that is due, behind what is on its way. False: it is not committed.
  bool commit_until(clock::time_point deadline);

 private:
  struct queue_deleter {
    void operator()(rd_kafka_queue_s* q) const noexcept;
  };

  void send_commit();
  void wait_for_commit(clock::time_point deadline);
  void take_answer(std::chrono::milliseconds wait);
  void note_commit(rd_kafka_op_s* event);
  void probe();
  void end_probe(rd_kafka_op_s* event);

  rd_kafka_s* const consumer_;
  const std::string group_;
  kafka_offsets& offsets_;
  kafka_trouble& trouble_;
  std::unique_ptr<rd_kafka_queue_s, queue_deleter> answers_;
  bool committing_ = false;
  bool refused_ = false;
  bool probing_ = false;
  clock::time_point last_commit_, last_probe_;
};

}  // namespace logio::sink
