/// How `logio run` starts a command, and ends as the command ended.
///
/// Thread safety:  one thread, before there are others: start_signals' constructor blocks signals.
/// Errors:         std::system_error where the system refuses a descriptor or a process.
/// Source:         signal(7), signalfd(2), execvp(3), waitpid(2).
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "logio/net/unique_fd.hpp"

namespace logio::app {

struct pipe_ends {
  net::unique_fd read, write;
};

pipe_ends make_pipe();

/// A standard descriptor that is closed would be taken by the next that is opened here.
void occupy_standard_descriptors();

/// All signals that can be handed on, blocked in this thread and those that it starts.
class start_signals {
 public:
  explicit start_signals(void (*broken_pipe)(int));

  /// In the command's process: all is as this program found it.
  void restore() const;
  /// A signalfd of these signals.
  static net::unique_fd descriptor();

 private:
  void (*broken_pipe_)(int);
  void (*child_ends_)(int);
  sigset_t before_;
};

struct start_error {
  int exit_code;
  std::string message;
};

/// In the command's process: becomes the command, or writes why not to `failure`.
[[noreturn]] void become(const std::vector<std::string>& command, int failure);

/// Waits until the command runs; why it does not.
std::optional<start_error> await_start(const std::string& command, pipe_ends failure);

/// Asks for this program's own end, once the command is gone.
bool ends_us(int number) noexcept;

/// Lets the signal do to this process what it does by default; comes back when it is continued.
/// `to` is this process or 0, its group.
void raise_plainly(int number, pid_t to);

/// Ends this process (or group, as above) by the signal, without a core; returns if it is one that
/// does not end it.
void end_by_signal(int number, pid_t to);

/// Ends this process as waitpid() says that the command ended, or gives back its exit code.
int end_alike(int status, pid_t to);

}  // namespace logio::app
