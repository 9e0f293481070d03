#include "top_feed.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "logio/net/unique_fd.hpp"
#include "top_fetch.hpp"

namespace logio::app {

struct top_feed::shared {
  config::hub_url hub;
  std::string query;
  std::shared_ptr<const top_snapshot> before;  // the thread's
  net::unique_fd event;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool asked = false, ended = false, busy = false;
  std::optional<top_news> news;
};

top_feed::top_feed(config::hub_url hub, std::string query,
                   std::shared_ptr<const top_snapshot> first)
    : shared_(std::make_shared<shared>()) {
  shared_->hub = std::move(hub);
  shared_->query = std::move(query);
  shared_->before = std::move(first);
  shared_->event = net::unique_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (shared_->event.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  std::thread([s = shared_] { work(s); }).detach();
}

top_feed::~top_feed() {
  const std::lock_guard lock(shared_->mutex);
  shared_->ended = true;
  shared_->changed.notify_all();
}

int top_feed::descriptor() const noexcept { return shared_->event.get(); }

void top_feed::ask() {
  const std::lock_guard lock(shared_->mutex);
  shared_->asked = shared_->busy = true;
  shared_->changed.notify_all();
}

bool top_feed::is_busy() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->busy;
}

std::optional<top_news> top_feed::take() {
  const std::lock_guard lock(shared_->mutex);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(shared_->event.get(), &count, sizeof count);
  return std::exchange(shared_->news, std::nullopt);
}

void top_feed::work(const std::shared_ptr<shared>& s) {
  std::unique_lock lock(s->mutex);
  for (;;) {
    s->changed.wait(lock, [&] { return s->asked || s->ended; });
    if (s->ended) return;
    s->asked = false;
    lock.unlock();
    top_news news;
    try {
      auto got = fetch_snapshot(s->hub, s->query, false);
      if (got) {
        compare(*got, s->before.get());
        s->before = std::make_shared<const top_snapshot>(std::move(*got));
        news.snapshot = s->before;
      } else {
        news.why = got.error().message;
      }
    } catch (const std::exception& e) {
      news.why = e.what();
    }
    lock.lock();
    s->news = std::move(news);
    s->busy = false;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(s->event.get(), &one, sizeof one);
  }
}

}  // namespace logio::app
