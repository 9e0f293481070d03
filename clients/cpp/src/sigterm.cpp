#include "sigterm.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <thread>

#include "fork_guard.hpp"

namespace logio::client {
namespace {

static_assert(std::atomic<pid_t>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

// What a handler may read. A child of a fork has its parent's descriptor, and must not ring there.
std::atomic<int> bell{-1};
std::atomic<pid_t> watcher{0};  // whose the bell is, and where a thread hears it

void leave_to_system() noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGTERM, &action, nullptr);
}

extern "C" void on_sigterm(int) {
  const int before = errno;
  const std::uint64_t one = 1;
  if (watcher.load() != ::getpid() || ::write(bell.load(), &one, sizeof one) != sizeof one) {
    leave_to_system();
    ::raise(SIGTERM);  // held back until this handler is over
  }
  errno = before;
}

/// What SIGTERM calls; SIG_ERR stands for a handler with three arguments, which is somebody's.
sighandler_t present_handler() noexcept {
  struct sigaction now {};
  ::sigaction(SIGTERM, nullptr, &now);
  return (now.sa_flags & SA_SIGINFO) != 0 ? SIG_ERR : now.sa_handler;
}

/// Nobody handles it, or only an ancestor's publisher did.
bool is_free() noexcept {
  const sighandler_t handler = present_handler();
  return handler == SIG_DFL || handler == on_sigterm;
}

void wait_for_sigterm(int fd) {
  for (std::uint64_t count = 0; ::read(fd, &count, sizeof count) == sizeof count;) {
    // If the application has a handler by now, which has called ours, it decides.
    if (present_handler() != on_sigterm) continue;
    leave_to_system();
    fork_guard::close_all(std::chrono::steady_clock::now() + sigterm_timeout);
    ::kill(::getpid(), SIGTERM);
  }
}

}  // namespace

void watch_sigterm() noexcept {
  static std::atomic<pid_t> begun{0};
  const pid_t self = ::getpid();
  if (begun.load() == self || !is_free() || begun.exchange(self) == self) return;
  const int fd = ::eventfd(0, EFD_CLOEXEC);
  if (fd < 0) return;
  if (const int parents = bell.exchange(fd); parents >= 0) ::close(parents);
  watcher = self;
  sigset_t all, old;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &old);
  try {
    std::thread(wait_for_sigterm, fd).detach();
    struct sigaction action {};
    action.sa_handler = on_sigterm;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGTERM, &action, nullptr);
  } catch (const std::system_error&) {
    // It stays as it was.
  }
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

}  // namespace logio::client
