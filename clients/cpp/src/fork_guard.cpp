#include "fork_guard.hpp"

#include <pthread.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "line_buffer.hpp"
#include "logio/client/publisher.hpp"

namespace logio::client {
namespace {

struct registry {
  std::mutex mutex;
  std::vector<publisher*> publishers;
};

/// Never destroyed: a publisher may be the last object of a process.
registry& all() {
  static auto& one = *new registry;
  return one;
}

void lock_all() { all().mutex.lock(); }
void unlock_all() { all().mutex.unlock(); }

}  // namespace

void fork_guard::renew_all() {
  for (publisher* one : all().publishers) one->renew_after_fork();
  unlock_all();
}

void fork_guard::enter(publisher& one) {
  static const int registered = ::pthread_atfork(lock_all, unlock_all, renew_all);
  (void)registered;  // without memory for it a child would have a publisher that publishes nothing
  const std::lock_guard lock(all().mutex);
  all().publishers.push_back(&one);
}

void fork_guard::leave(publisher& one) noexcept {
  const std::lock_guard lock(all().mutex);
  auto& list = all().publishers;
  list.erase(std::remove(list.begin(), list.end(), &one), list.end());
}

void fork_guard::close_all(std::chrono::steady_clock::time_point deadline) {
  std::vector<std::shared_ptr<line_buffer>> buffers;
  {
    const std::lock_guard lock(all().mutex);
    for (const publisher* one : all().publishers) {
      std::shared_ptr<line_buffer> buffer = one->buffer();
      if (buffer->options.sends_on_sigterm) buffers.push_back(std::move(buffer));
    }
  }
  for (const auto& each : buffers) each->close(deadline);
}

}  // namespace logio::client
