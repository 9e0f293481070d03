/// The command of `logio run` on pipes: started, signalled, waited for.
///
/// All signals that can be handed on are blocked in the caller's thread from start() on, so it must
/// be called before there are other threads; the command gets the mask and the dispositions that
/// this program was started with, and none of its descriptors.
///
/// Ownership:      owns the descriptors; not the process, which is waited for with handle().
/// Thread safety:  one thread.
/// Errors:         start_error: why, and the exit code that shells give it.
#pragma once

#include <sys/signalfd.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "logio/net/unique_fd.hpp"
#include "run_exec.hpp"

namespace logio::app {

class run_child {
 public:
  std::optional<start_error> start(const std::vector<std::string>& command,
                                   void (*broken_pipe)(int));

  int signals() const noexcept { return signals_.get(); }
  net::unique_fd take_output() { return std::move(output_); }
  net::unique_fd take_errors() { return std::move(errors_); }

  /// Reads one signal from signals(), and does with it what is to be done. Gives back its number
  /// if the command has ended, and it was meant for it.
  int handle();

  bool ended() const noexcept { return status_.has_value(); }

  /// Of waitpid(), once it has ended.
  int status() const { return *status_; }

 private:
  void reap();
  void hand_on(const signalfd_siginfo& info);

  pid_t pid_ = -1;
  net::unique_fd signals_, output_, errors_;
  bool stopped_ = false;
  std::optional<int> status_;
};

}  // namespace logio::app
