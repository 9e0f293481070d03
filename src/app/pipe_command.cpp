#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>

#include "commands.hpp"
#include "fail.hpp"
#include "line_splitter.hpp"
#include "logio/base/exit_code.hpp"
#include "publishing.hpp"

namespace logio::app {
namespace {

/// Standard input to standard output and to the hub, until its end or a signal's.
class piper {
 public:
  explicit piper(const config::pipe_options& options)
      : hub_("pipe", options), lines_(client::text_bytes_max) {}

  /// The exit code.
  int run();
  /// Takes no more, and flushes. False: that was begun already.
  bool end_by_signal();

 private:
  void publish(std::string_view bytes);
  void pass_on(std::string_view bytes);
  bool finish(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;  // of the lines: the thread that waits for signals publishes the last one
  bool finishing_ = false;
  publishing hub_;
  line_splitter lines_;
  bool passing_on_ = true;
};

void piper::publish(std::string_view bytes) {
  const std::int64_t now = publishing::now_ns();
  std::unique_lock lock(mutex_);
  if (finishing_) return;
  lines_.feed(bytes, [&](std::string_view text, std::uint64_t left_out) {
    hub_.add({.text = text, .time_ns = now, .left_out_bytes = left_out});
  });
}

void piper::pass_on(std::string_view bytes) {
  while (passing_on_ && !bytes.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd wanted{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&wanted, 1, -1);
      continue;
    }
    passing_on_ = n > 0;  // who reads our output may go; publishing goes on
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool piper::finish(std::unique_lock<std::mutex>& lock) {
  finishing_ = true;
  lines_.finish([&](std::string_view text, std::uint64_t left_out) {
    hub_.add({.text = text, .time_ns = publishing::now_ns(), .left_out_bytes = left_out});
  });
  lock.unlock();
  return hub_.finish();
}

bool piper::end_by_signal() {
  std::unique_lock lock(mutex_);
  if (finishing_) {
    hub_.tell_loss();
    return false;
  }
  finish(lock);
  return true;
}

int piper::run() {
  std::array<char, 65536> room;
  int error = 0;
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, room.data(), room.size());
    if (n > 0) {
      // Published first: a reader of our output may block us for ever.
      const std::string_view bytes(room.data(), static_cast<std::size_t>(n));
      publish(bytes);
      pass_on(bytes);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd wanted{STDIN_FILENO, POLLIN, 0};
      ::poll(&wanted, 1, -1);
      continue;
    }
    error = n < 0 ? errno : 0;
    break;
  }
  std::unique_lock lock(mutex_);
  if (finishing_) {  // a signal was first, and ends the process
    lock.unlock();
    for (;;) ::pause();
  }
  const bool all = finish(lock);
  if (error != 0) {
    return fail("pipe", base::exit_unavailable,
                "cannot read standard input: " + std::generic_category().message(error));
  }
  return all ? base::exit_ok : base::exit_unavailable;
}

/// The signals that end us, but for what whoever started us had ignored.
sigset_t ending_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    ::sigaction(number, nullptr, &now);
    if (now.sa_handler != SIG_IGN) sigaddset(&out, number);
  }
  return out;
}

/// Ends the process as the first of `endings` would, once all is published; a second one at once.
void wait_for_signal(const std::shared_ptr<piper>& of, sigset_t endings) {
  int number = 0;
  if (sigismember(&endings, SIGINT) + sigismember(&endings, SIGTERM) +
          sigismember(&endings, SIGHUP) == 0 ||
      ::sigwait(&endings, &number) != 0) {
    return;
  }
  ::pthread_sigmask(SIG_UNBLOCK, &endings, nullptr);
  of->end_by_signal();
  ::raise(number);
  ::_exit(128 + number);  // as PID 1, which no signal of its own ends
}

}  // namespace

int run_pipe(const config::pipe_options& options) {
  sigset_t endings = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &endings, nullptr);
  // Shared: at the end of the process the thread still waits.
  const auto work = std::make_shared<piper>(options);
  std::thread([work, endings] { wait_for_signal(work, endings); }).detach();
  return work->run();
}

}  // namespace logio::app
