#include "run_child.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace logio::app {

std::optional<start_error> run_child::start(const std::vector<std::string>& command,
                                            void (*broken_pipe)(int)) {
  pipe_ends output = make_pipe(), errors = make_pipe(), failure = make_pipe();
  const start_signals before(broken_pipe);
  signals_ = start_signals::descriptor();

  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    ::dup2(output.write.get(), STDOUT_FILENO);
    ::dup2(errors.write.get(), STDERR_FILENO);
    before.restore();
    become(command, failure.write.get());
  }
  if (auto error = await_start(command.front(), std::move(failure))) {
    ::waitpid(pid_, nullptr, 0);
    return error;
  }
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
  return std::nullopt;
}

void run_child::reap() {
  // All children: as a container's first process it inherits those that others leave behind.
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0;) {
    if (pid != pid_) continue;
    if (WIFSTOPPED(status)) {
      stopped_ = true;
      // So that the shell sees it; on from here when it says so.
      raise_plainly(WSTOPSIG(status), ::getpid());
    } else if (WIFCONTINUED(status)) {
      stopped_ = false;
    } else {
      status_ = status;
    }
  }
}

void run_child::hand_on(const signalfd_siginfo& info) {
  const int number = static_cast<int>(info.ssi_signo);
  const bool by_terminal = info.ssi_code == SI_KERNEL;  // the command has got it as well
  const bool by_command = info.ssi_code <= 0 && info.ssi_pid == static_cast<std::uint32_t>(pid_);
  if (by_terminal || by_command) return;
  const bool was_stopped = stopped_;
  reap();
  // A shell's fg continues all of the job: a second SIGCONT would be one too many.
  if (number == SIGCONT && was_stopped && !stopped_) return;
  if (!ended()) ::kill(pid_, number);
}

int run_child::handle() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return 0;
  const int number = static_cast<int>(info.ssi_signo);
  if (number == SIGCHLD) {
    reap();
    return 0;
  }
  if (ended()) return number;
  hand_on(info);
  return 0;
}

}  // namespace logio::app
