/// What the application's threads and the link's thread share: the queue, the counts, the wish to
/// end.
///
/// Thread safety:  all of it, under one lock that is never held over I/O.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "logio/client/publisher.hpp"
#include "record_queue.hpp"

namespace logio::client {

class line_buffer {
 public:
  explicit line_buffer(publisher_options of);
  ~line_buffer();
  line_buffer(const line_buffer&) = delete;

  const publisher_options options;

  // The application's side.
  /// Whether the link's thread is to be started: this was the first line, and there is none.
  [[nodiscard]] bool add(const record& line);
  /// That there is a thread, or will be.
  void note_started();
  bool flush(std::chrono::steady_clock::time_point deadline);
  publisher_stats stats() const;
  /// What was not sent by `deadline` is dropped, and the link is told to end.
  publisher_stats close(std::chrono::steady_clock::time_point deadline);
  /// Whether the link's thread has ended.
  bool ended() const;
  /// In a child: lets go of what is the parent's, and touches nothing else of it.
  void close_copies() noexcept;

  // The link's side.
  /// Nothing: there is nothing, or too much in flight. Then the next add() wakes.
  /// `lull`: only what is a whole batch, and no add() wakes: the link asks again by itself.
  std::optional<batch> take(bool lull);
  bool empty() const;
  void acknowledge(std::uint64_t records);
  void refuse();
  void sent_plain(std::uint64_t records);
  void release(const batch& settled);
  bool closing() const;    ///< nothing will be added any more
  bool abandoned() const;  ///< and there is no time left
  void end();              ///< the link's last words
  /// The connection's descriptor, or -1: a child has a copy of it, and closes that.
  void use_socket(int fd) noexcept { socket_.store(fd, std::memory_order_relaxed); }
  /// Calls on_event, unless it is abandoned.
  void tell(const event& e) const;
  /// Readable when one of these may have changed; forgets it.
  int wake_fd() const noexcept { return wake_fd_; }
  void forget_wake() const noexcept;

 private:
  void wake() const noexcept;
  publisher_stats stats_locked() const;

  mutable std::mutex mutex_;
  mutable std::mutex telling_;  // held over on_event: close() returns when that is over
  std::condition_variable changed_;  // ended_, abandoned_, flushing_, queue_.flushed()
  record_queue queue_;
  publisher_stats counts_;
  publisher_stats last_counts_;  // from when it was abandoned
  bool flushing_ = false, unsure_ = false;  // one flush() at a time; something went unanswered
  bool started_ = false, asleep_ = false, closing_ = false, abandoned_ = false, ended_ = false;
  int wake_fd_;
  std::atomic<int> socket_{-1};  // relaxed: read after a fork, where there is one thread
};

}  // namespace logio::client
