#include "run_monitor.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace logio::app {
namespace {

/// The system has refused what the command needs: as if it could not be executed.
[[noreturn]] void give_up(int failure) {
  const int why = errno;
  [[maybe_unused]] const ssize_t told = ::write(failure, &why, sizeof why);
  ::_exit(1);
}

[[noreturn]] void start_on_terminal(const monitor_setup& setup,
                                    const std::vector<std::string>& command,
                                    const start_signals& before) {
  ::setpgid(0, 0);
  const int terminal = setup.terminal.get();
  if (setup.foreground) ::tcsetpgrp(terminal, ::getpid());
  ::dup2(terminal, STDIN_FILENO);
  ::dup2(terminal, STDOUT_FILENO);
  ::dup2(setup.errors.get() < 0 ? terminal : setup.errors.get(), STDERR_FILENO);
  before.restore();
  become(command, setup.failure.get());
}

class monitor {
 public:
  monitor(net::unique_fd control, net::unique_fd terminal, pid_t command)
      : control_(std::move(control)),
        terminal_(std::move(terminal)),
        signals_(start_signals::descriptor()),
        command_(command) {}

  /// Until nobody is at the other end. If that is before the command's end, `run` was killed: the
  /// system would hang up only on what is in the foreground by now.
  void run() {
    for (bool wanted = true; wanted;) {
      pollfd fds[] = {{signals_.get(), POLLIN, 0}, {control_.get(), POLLIN, 0}};
      if (::poll(fds, 2, -1) < 0) continue;  // EINTR
      if (fds[0].revents != 0) take_signal();
      if (fds[1].revents != 0) wanted = take_request();
    }
    if (ended_) return;
    ::kill(-command_, SIGHUP);
    ::kill(-command_, SIGCONT);
  }

 private:
  void take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGCHLD) reap();
  }

  void reap() {
    monitor_report report{};
    while (!ended_ && ::waitpid(command_, &report.status, WNOHANG | WUNTRACED) > 0) {
      ended_ = !WIFSTOPPED(report.status);
      // Nothing of ours keeps the terminal open when the command's processes are gone.
      if (ended_) terminal_.reset();
      ::send(control_.get(), &report, sizeof report, MSG_NOSIGNAL);
    }
  }

  bool take_request() {
    monitor_request request{};
    if (::recv(control_.get(), &request, sizeof request, 0) != sizeof request) return false;
    if (ended_) return true;
    using what = monitor_request::what;
    if (request.kind == what::signal_command) {
      ::kill(command_, request.number);
    } else if (request.kind == what::signal_group) {
      ::kill(-command_, request.number);
    } else {
      ::tcsetpgrp(terminal_.get(), request.kind == what::go_on ? command_ : ::getpgrp());
      ::kill(-command_, SIGCONT);
    }
    return true;
  }

  net::unique_fd control_, terminal_, signals_;
  pid_t command_;
  bool ended_ = false;
};

}  // namespace

void run_monitor(monitor_setup setup, const std::vector<std::string>& command,
                 const start_signals& before) {
  if (::setsid() < 0 || ::ioctl(setup.terminal.get(), TIOCSCTTY, 0) != 0) {
    give_up(setup.failure.get());
  }
  const pid_t pid = ::fork();
  if (pid < 0) give_up(setup.failure.get());
  if (pid == 0) start_on_terminal(setup, command, before);
  ::setpgid(pid, pid);  // here, too: whoever is first
  setup.failure.reset();
  setup.errors.reset();
  monitor(std::move(setup.control), std::move(setup.terminal), pid).run();
  ::_exit(0);
}

}  // namespace logio::app
