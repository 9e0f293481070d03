#include "journal_history.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace logio::app {

/// Lives as long as a ticket does.
struct journal_history::pool : std::enable_shared_from_this<journal_history::pool> {
  using work = std::function<void(std::shared_ptr<void>)>;

  void add(work what) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      waiting.push_back(std::move(what));
      if (running.size() < threads) running.emplace_back([this] { run(); });
    }
    changed.notify_one();
  }

  void stop() {
    std::deque<work> dropped;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      dropped.swap(waiting);
    }
    changed.notify_all();
    for (std::thread& t : running) {
      if (t.joinable()) t.join();
    }
  }

  void run() {
    ::pthread_setname_np(::pthread_self(), "history");
    for (;;) {
      work next;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] {
          return stopping || (!waiting.empty() && tickets < pieces_max);
        });
        if (stopping) return;
        ++tickets;
        next = std::move(waiting.front());
        waiting.pop_front();
      }
      next(std::shared_ptr<void>(this, [self = shared_from_this()](void*) { self->give_back(); }));
    }
  }

  void give_back() {
    {
      const std::lock_guard lock(mutex);
      --tickets;
    }
    changed.notify_one();
  }

  std::mutex mutex;
  std::condition_variable changed;
  // Under mutex:
  std::deque<work> waiting;
  std::vector<std::thread> running;  // changes only until it is stopping
  unsigned tickets = 0;
  bool stopping = false;
};

journal_history::journal_history(const journal::directory& in, const journal::writer& by,
                                 const scan_limits& limits)
    : directory_(in), writer_(by), limits_(limits), pool_(std::make_shared<pool>()) {}

journal_history::~journal_history() { stop(); }

std::unique_ptr<hub::deep_reader> journal_history::open(const filter::filter& wanted) {
  return std::make_unique<journal_reader>(directory_, writer_, wanted, limits_);
}

void journal_history::run(std::function<void(std::shared_ptr<void>)> work) {
  pool_->add(std::move(work));
}

std::uint64_t journal_history::oldest_position() const {
  return journal::follower(directory_, writer_).oldest_position();
}

std::uint64_t journal_history::position_before(std::int64_t since_ns) const {
  return journal::follower(directory_, writer_).position_before(since_ns);
}

void journal_history::stop() { pool_->stop(); }

}  // namespace logio::app
