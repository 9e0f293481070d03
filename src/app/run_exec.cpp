#include "run_exec.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace logio::app {
namespace {

constexpr int exit_not_executable = 126, exit_not_found = 127;  // as POSIX shells have it

/// Not those that a fault of this program raises, nor SIGPIPE, which is ignored.
sigset_t handed_on() {
  sigset_t set;
  sigfillset(&set);
  for (const int n : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPIPE}) {
    sigdelset(&set, n);
  }
  return set;
}

}  // namespace

pipe_ends make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  return {net::unique_fd(fds[0]), net::unique_fd(fds[1])};
}

void occupy_standard_descriptors() {
  for (int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC); fd >= 0;
       fd = ::open("/dev/null", O_RDWR | O_CLOEXEC)) {
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
  }
}

start_signals::start_signals(void (*broken_pipe)(int)) : broken_pipe_(broken_pipe) {
  const sigset_t set = handed_on();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  // Whoever ignores it is not told of its children's ends.
  child_ends_ = std::signal(SIGCHLD, SIG_DFL);
}

void start_signals::restore() const {
  std::signal(SIGPIPE, broken_pipe_);
  std::signal(SIGCHLD, child_ends_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

net::unique_fd start_signals::descriptor() {
  const sigset_t set = handed_on();
  net::unique_fd out(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (out.get() < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return out;
}

void become(const std::vector<std::string>& command, int failure) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  const int why = errno;
  [[maybe_unused]] const ssize_t told = ::write(failure, &why, sizeof why);
  ::_exit(exit_not_found);
}

std::optional<start_error> await_start(const std::string& command, pipe_ends failure) {
  failure.write.reset();
  int why = 0;
  ssize_t n = 0;
  do {
    n = ::read(failure.read.get(), &why, sizeof why);
  } while (n < 0 && errno == EINTR);
  if (n != sizeof why) return std::nullopt;
  const bool missing = why == ENOENT;
  return start_error{missing ? exit_not_found : exit_not_executable,
                     "cannot run '" + command + "': " + std::strerror(why) +
                         (missing ? "; is it installed, and in PATH?"
                                  : "; is it a program, and may you execute it?")};
}

bool ends_us(int number) noexcept {
  return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

void raise_plainly(int number, pid_t to) {
  struct sigaction plain = {}, before = {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(number, &plain, &before);
  sigset_t one, mask;
  sigemptyset(&one);
  sigaddset(&one, number);
  ::kill(to, number);
  ::pthread_sigmask(SIG_UNBLOCK, &one, &mask);  // here
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::sigaction(number, &before, nullptr);
}

void end_by_signal(int number, pid_t to) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  raise_plainly(number, to);
}

int end_alike(int status, pid_t to) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int number = WTERMSIG(status);
  end_by_signal(number, to);
  return 128 + number;  // a container's first process survives it
}

}  // namespace logio::app
