/// How threads of a test wake each other, with a deadline on every wait.
///
/// A post is remembered until a wait takes it, as an event loop remembers a posted handler.
///
/// Thread safety:  post: any thread; wait: one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace logio::ring::test {

class signal {
 public:
  void post() {
    {
      std::lock_guard lock(mutex_);
      posted_ = true;
    }
    condition_.notify_one();
  }

  /// Takes a post, waiting for it if need be. False: none came within 20 s.
  bool wait() {
    std::unique_lock lock(mutex_);
    if (!condition_.wait_for(lock, std::chrono::seconds(20), [this] { return posted_; })) {
      return false;
    }
    posted_ = false;
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool posted_ = false;
};

}  // namespace logio::ring::test
