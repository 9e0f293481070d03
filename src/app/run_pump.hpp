/// Takes what a command prints on one of its streams, a pipe or a pseudo-terminal: publishes its
/// lines, and passes all bytes on.
///
/// A thread of its own, so that an output that nobody reads holds up this stream alone. When the
/// output's reader is gone, ours is closed: the command is told so by its next write, as if it
/// wrote to that reader itself.
///
/// Ownership:      owns the read end and the thread; borrows where it publishes.
/// Thread safety:  finish(), settle() and done() from another thread.
/// Errors:         none: an output that takes no more is a reader that is gone.
/// Limits:         64 KiB of bytes and one line.
#pragma once

#include <atomic>
#include <chrono>
#include <semaphore>
#include <string_view>
#include <thread>
#include <variant>

#include "line_splitter.hpp"
#include "logio/net/unique_fd.hpp"
#include "publishing.hpp"
#include "screen_lines.hpp"

namespace logio::app {

class run_pump {
 public:
  /// `changed` is an eventfd that is written to at the end.
  struct stream {
    net::unique_fd from;
    int to;
    std::string_view fields = {};
    bool from_terminal = false;
  };
  run_pump(stream from, int changed, publishing& to_hub);
  /// The thread must be done, or it is waited for.
  ~run_pump();
  run_pump(const run_pump&) = delete;
  run_pump& operator=(const run_pump&) = delete;

  /// The command has ended: what is in the pipe now is the last that is read, even if a process
  /// that the command has left behind keeps it open.
  void finish();

  /// Waits until what has been printed so far is passed on, or for `most`.
  void settle(std::chrono::milliseconds most);

  bool done() const noexcept { return done_; }

 private:
  void run();
  void read_rest();
  auto adder();
  bool take(std::size_t bytes_max);
  bool pass_on(std::string_view bytes) const;

  stream stream_;
  net::unique_fd finish_, settle_;
  int changed_;
  publishing& to_hub_;
  std::variant<line_splitter, screen_lines> lines_;
  std::counting_semaphore<> settled_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace logio::app
