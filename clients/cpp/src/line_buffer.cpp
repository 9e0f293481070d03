#include "line_buffer.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace logio::client {

line_buffer::line_buffer(publisher_options of)
    : options(std::move(of)),
      queue_(options.buffer_bytes_max, options.records_max),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

line_buffer::~line_buffer() {
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

void line_buffer::wake() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

void line_buffer::forget_wake() const noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_fd_, &count, sizeof count);
}

bool line_buffer::add(const record& line) {
  bool asleep = false, starts = false;
  {
    const std::lock_guard lock(mutex_);
    ++counts_.added;
    queue_.add(line);
    asleep = std::exchange(asleep_, false);
    starts = !std::exchange(started_, true);
    if (flushing_ && queue_.flushed()) changed_.notify_all();  // by dropping the last of it
  }
  if (asleep) wake();
  return starts;
}

void line_buffer::note_started() {
  const std::lock_guard lock(mutex_);
  started_ = true;
}

bool line_buffer::flush(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto wait = [&](auto&& until) { return changed_.wait_until(lock, deadline, until); };
  if (!wait([this] { return !flushing_; })) return false;
  flushing_ = true;
  unsure_ = false;
  queue_.begin_flush();
  const bool done = wait([this] { return queue_.flushed() || ended_ || abandoned_; });
  const bool all = done && queue_.flushed() && !queue_.flush_lost() && !unsure_;
  flushing_ = false;
  changed_.notify_all();
  return all;
}

void line_buffer::close_copies() noexcept {
  const int fd = socket_.exchange(-1, std::memory_order_relaxed);
  if (fd >= 0) ::close(fd);
  if (wake_fd_ >= 0) ::close(std::exchange(wake_fd_, -1));
}

publisher_stats line_buffer::stats_locked() const {
  if (abandoned_) return last_counts_;
  publisher_stats out = counts_;
  out.acknowledged -= std::min(out.refused, out.acknowledged);  // the hub counts them in
  out.dropped = queue_.dropped();
  out.unconfirmed = out.added - out.acknowledged - out.refused - out.dropped;
  return out;
}

publisher_stats line_buffer::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_locked();
}

publisher_stats line_buffer::close(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  closing_ = true;
  wake();
  changed_.wait_until(lock, deadline, [this] { return ended_ || !started_; });
  if (!abandoned_) {
    queue_.drop_all();
    last_counts_ = stats_locked();
    abandoned_ = true;
    changed_.notify_all();
  }
  wake();
  lock.unlock();
  const std::lock_guard told(telling_);
  return last_counts_;
}

void line_buffer::tell(const event& e) const {
  const std::lock_guard lock(telling_);
  if (options.on_event && !abandoned()) options.on_event(e);
}

bool line_buffer::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::optional<batch> line_buffer::take(bool lull) {
  const std::lock_guard lock(mutex_);
  if (lull && !closing_ && !queue_.has_whole_batch()) return std::nullopt;
  auto next = queue_.take(now_ns());
  asleep_ = !next;
  return next;
}

bool line_buffer::empty() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

void line_buffer::acknowledge(std::uint64_t records) {
  const std::lock_guard lock(mutex_);
  counts_.acknowledged += records;
}

void line_buffer::refuse() {
  const std::lock_guard lock(mutex_);
  ++counts_.refused;
}

void line_buffer::sent_plain(std::uint64_t records) {
  const std::lock_guard lock(mutex_);
  counts_.sent_plain += records;
  unsure_ = true;
}

void line_buffer::release(const batch& settled) {
  const std::lock_guard lock(mutex_);
  queue_.release(settled);
  if (flushing_ && queue_.flushed()) changed_.notify_all();
}

bool line_buffer::closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

bool line_buffer::abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}

void line_buffer::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace logio::client
