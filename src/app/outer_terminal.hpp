/// The terminal that `logio run` was started on, while its command is on one of its own.
///
/// Ownership:      its end gives the terminal back as it was found.
/// Thread safety:  one thread, in which SIGTTOU is blocked.
/// Errors:         none: a terminal that is gone is noticed by who reads or writes it.
/// Source:         POSIX termios, tcgetpgrp; tty_ioctl(4).
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

namespace logio::app {

class outer_terminal {
 public:
  /// Both standard input and standard output are one.
  static bool is_there();

  outer_terminal() = default;
  ~outer_terminal() { give_back(); }
  outer_terminal(const outer_terminal&) = delete;
  outer_terminal& operator=(const outer_terminal&) = delete;

  /// This job has it: also where there is no job control. Not one that is gone.
  static bool in_foreground();
  static winsize size();
  /// How a command would find it that is started now.
  static termios modes();

  /// All keys come as bytes, and all bytes go out as they are. In the foreground only.
  void take();
  void give_back();
  /// A shell has taken it away, and has set it as it wants it.
  void lose() noexcept { taken_ = false; }
  bool taken() const noexcept { return taken_; }

 private:
  bool taken_ = false;
  termios before_{};
};

}  // namespace logio::app
