/// Destroys Kafka producers on a thread of its own: joining their threads can take as long as the
/// resolver takes, and the runner may not be held up.
///
/// Ownership:      owns what it was given until it is destroyed: the producer first, then the
///                 memory that its messages lie in. The destructor waits for all of it.
/// Thread safety:  one thread.
/// Limits:         `waiting_max` producers; full() then, until one is gone.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "sink/byte_arena.hpp"
#include "sink/kafka_producer.hpp"

namespace logio::sink {

class kafka_closer {
 public:
  static constexpr std::size_t waiting_max = 4;

  kafka_closer() = default;
  kafka_closer(const kafka_closer&) = delete;
  ~kafka_closer();

  /// REQUIRES: not full(), and `producer` is not null. The thread begins with the first; when the
  /// system gives none, the producer is destroyed and std::system_error thrown.
  void take(std::unique_ptr<kafka_producer> producer, byte_arena values);

  bool full() const;

 private:
  struct load {
    byte_arena values;  // destroyed behind the producer, which may still look at it
    std::unique_ptr<kafka_producer> producer;
  };

  void begin();
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<load> waiting_;  ///< the first is being destroyed
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace logio::sink
