#include "run_session.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

namespace logio::app {
namespace {

constexpr std::size_t keys_bytes_max = 4'096;
constexpr int look_for_foreground_ms = 1'000;
constexpr std::chrono::milliseconds output_before_stop{1'000};

[[noreturn]] void cannot_have(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct terminal_ends {
  net::unique_fd master, slave;
};

terminal_ends open_pseudo_terminal() {
  terminal_ends out{net::unique_fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), {}};
  const int master = out.master.get();
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) {
    cannot_have("a pseudo-terminal");
  }
  // By the master, as the path may be that of another file system's.
  out.slave = net::unique_fd(::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!out.slave) cannot_have("a pseudo-terminal");
  const termios modes = outer_terminal::modes();
  ::tcsetattr(out.slave.get(), TCSANOW, &modes);
  const winsize size = outer_terminal::size();
  ::ioctl(master, TIOCSWINSZ, &size);
  ::fcntl(master, F_SETFL, ::fcntl(master, F_GETFL) | O_NONBLOCK);
  return out;
}

/// A job that a terminal or shell stops is its whole group.
pid_t whom_to_stop(int number) { return number == SIGSTOP ? ::getpid() : 0; }

bool was_continued() {
  sigset_t pending;
  sigemptyset(&pending);
  ::sigpending(&pending);
  return sigismember(&pending, SIGCONT) == 1;
}

}  // namespace

std::optional<start_error> run_session::start(const std::vector<std::string>& command,
                                              void (*broken_pipe)(int)) {
  terminal_ends terminal = open_pseudo_terminal();
  pipe_ends errors, failure = make_pipe();
  if (::isatty(STDERR_FILENO) == 0) errors = make_pipe();
  std::array<int, 2> control{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control.data()) != 0) {
    cannot_have("a socket pair");
  }
  control_ = net::unique_fd(control[0]);
  net::unique_fd monitors(control[1]);
  const start_signals before(broken_pipe);
  const bool foreground = outer_terminal::in_foreground();
  monitor_ = ::fork();
  if (monitor_ < 0) cannot_have("a process");
  if (monitor_ == 0) {
    control_.reset();
    terminal.master.reset();
    errors.read.reset();
    failure.read.reset();
    run_monitor({.control = std::move(monitors),
                 .terminal = std::move(terminal.slave),
                 .errors = std::move(errors.write),
                 .failure = std::move(failure.write),
                 .foreground = foreground},
                command, before);
  }
  monitors.reset();
  terminal.slave.reset();
  signals_ = start_signals::descriptor();
  if (auto error = await_start(command.front(), std::move(failure))) {
    control_.reset();
    ::waitpid(monitor_, nullptr, 0);
    return error;
  }
  master_ = std::move(terminal.master);
  errors_ = std::move(errors.read);
  if (foreground) outer_.take();
  return std::nullopt;
}

net::unique_fd run_session::take_output() {
  net::unique_fd out(::fcntl(master_.get(), F_DUPFD_CLOEXEC, 0));
  if (!out) cannot_have("a descriptor");
  return out;
}

void run_session::relay(run_pump& output, run_pump* errors, int changed) {
  bool finishing = false;
  while (!ended() || !output.done() || (errors != nullptr && !errors->done())) {
    if (ended() && !finishing) {
      output.finish();
      if (errors != nullptr) errors->finish();
      finishing = true;
    }
    wait(changed);
    if (report_came_) take_report(output);
  }
  control_.reset();
  outer_.give_back();
}

void run_session::wait(int changed) {
  const bool reading = outer_.taken() && keys_come_ && keys_.empty() && !ended();
  pollfd fds[] = {{signals_.get(), POLLIN, 0},
                  {changed, POLLIN, 0},
                  {ended() ? -1 : control_.get(), POLLIN, 0},
                  {reading ? STDIN_FILENO : -1, POLLIN, 0},
                  {keys_.empty() ? -1 : master_.get(), POLLOUT, 0}};
  const int count = ::poll(fds, std::size(fds), outer_.taken() ? -1 : look_for_foreground_ms);
  report_came_ = false;
  if (count < 0) return;  // EINTR
  if (!outer_.taken() && !ended()) come_to_foreground();
  if (fds[1].revents != 0) {
    std::uint64_t ignored = 0;
    [[maybe_unused]] const ssize_t n = ::read(changed, &ignored, sizeof ignored);
  }
  if (fds[0].revents != 0) take_signal();
  report_came_ = fds[2].revents != 0;
  if (fds[3].revents != 0) take_keys();
  if (fds[4].revents != 0) write_keys();
}

void run_session::request(monitor_request::what kind, int number) const {
  const monitor_request packet{kind, number};
  ::send(control_.get(), &packet, sizeof packet, MSG_NOSIGNAL);
}

void run_session::take_signal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
  using what = monitor_request::what;
  const int number = static_cast<int>(info.ssi_signo);
  const bool by_terminal = info.ssi_code == SI_KERNEL;
  if (number == SIGCHLD) {
    // As a container's first process it inherits those that others leave behind.
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid == monitor_ && !ended()) status_ = status;  // killed, and the command with it
    }
  } else if (ended()) {
    if (ends_us(number)) {
      // The command is gone, and nobody takes what it has printed: it is meant for us.
      outer_.give_back();
      end_by_signal(number, ::getpid());
      ::_exit(128 + number);
    }
  } else if (number == SIGCONT) {
    // Maybe after a SIGSTOP, from which the shell has got the terminal as we had it.
    if (outer_terminal::in_foreground()) {
      outer_.take();
    } else {
      outer_.lose();
    }
    if (stopped_) {
      go_on();
    } else {
      resize();
    }
  } else if (number == SIGWINCH && by_terminal) {
    resize();
  } else if (by_terminal) {
    come_to_foreground();
    request(what::signal_group, number);
  } else if (info.ssi_pid != static_cast<std::uint32_t>(::getpid())) {
    request(what::signal_command, number);
  }
}

void run_session::take_report(run_pump& output) {
  monitor_report report{};
  const ssize_t n = ::recv(control_.get(), &report, sizeof report, MSG_DONTWAIT);
  if (n < 0) return;
  if (n != sizeof report) {
    // The monitor has been killed; SIGCHLD tells how.
    int status = 0;
    if (::waitpid(monitor_, &status, 0) == monitor_) status_ = status;
  } else if (WIFSTOPPED(report.status)) {
    stop(WSTOPSIG(report.status), output);
  } else {
    status_ = report.status;
  }
}

void run_session::stop(int number, run_pump& output) {
  const bool wants_terminal = number == SIGTTIN || number == SIGTTOU;
  stopped_ = true;
  if (!wants_terminal || !outer_terminal::in_foreground()) {
    output.settle(output_before_stop);
    outer_.give_back();
    raise_plainly(number, whom_to_stop(number));
    // Where there is no shell, nobody stops or continues us: then the command waits for its turn.
    if (wants_terminal && !was_continued() && !outer_terminal::in_foreground()) return;
  }
  go_on();
}

void run_session::go_on() {
  const bool foreground = outer_terminal::in_foreground();
  if (foreground) outer_.take();
  resize();
  stopped_ = false;
  request(foreground ? monitor_request::what::go_on : monitor_request::what::go_on_behind);
}

void run_session::come_to_foreground() {
  if (outer_.taken() || !outer_terminal::in_foreground()) return;
  go_on();
}

void run_session::resize() const {
  const winsize size = outer_terminal::size();
  ::ioctl(master_.get(), TIOCSWINSZ, &size);
}

void run_session::take_keys() {
  std::array<char, keys_bytes_max> room;
  const ssize_t n = ::read(STDIN_FILENO, room.data(), room.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) {
    keys_come_ = false;  // the terminal is gone
    return;
  }
  keys_.assign(room.data(), static_cast<std::size_t>(n));
  note_interrupt();
  write_keys();
}

void run_session::write_keys() {
  const ssize_t n = ::write(master_.get(), keys_.data(), keys_.size());
  if (n >= 0) {
    keys_.erase(0, static_cast<std::size_t>(n));
  } else if (errno != EINTR && errno != EAGAIN) {
    keys_.clear();  // no process has the terminal any more
  }
}

/// Whether the command is about to be interrupted by a key.
void run_session::note_interrupt() {
  termios modes{};
  if (::tcgetattr(master_.get(), &modes) != 0 || (modes.c_lflag & ISIG) == 0) return;
  for (const char key : keys_) {
    const auto byte = static_cast<cc_t>(key);
    if (byte == modes.c_cc[VINTR] || byte == modes.c_cc[VQUIT]) interrupted_ = true;
  }
}

int run_session::end_alike() const {
  const int status = *status_;
  const bool by_key = interrupted_ && WIFSIGNALED(status) &&
                      (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGQUIT);
  // The key would have interrupted the whole job: a script around it stops, too.
  return app::end_alike(status, by_key ? 0 : ::getpid());
}

}  // namespace logio::app
