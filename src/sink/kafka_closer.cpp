#include "sink/kafka_closer.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

#include "logio/base/result.hpp"

namespace logio::sink {

kafka_closer::~kafka_closer() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void kafka_closer::take(std::unique_ptr<kafka_producer> producer, byte_arena values) {
  LOGIO_ASSERT(producer != nullptr, "no producer to close");
  if (!thread_.joinable()) begin();
  {
    const std::lock_guard lock(mutex_);
    LOGIO_ASSERT(waiting_.size() < waiting_max, "too many producers are closing");
    waiting_.push_back({std::move(values), std::move(producer)});
  }
  changed_.notify_one();
}

void kafka_closer::begin() {
  // Signals are for the threads that expect them.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool kafka_closer::full() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() == waiting_max;
}

void kafka_closer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    load closing = std::move(waiting_.front());
    lock.unlock();
    closing.producer.reset();
    lock.lock();
    waiting_.pop_front();
  }
}

}  // namespace logio::sink
