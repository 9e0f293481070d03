/// The process between `logio run` and its command on a pseudo-terminal.
///
/// It leads the session of the pseudo-terminal, so that the command has a parent in its session
/// and can be stopped (a process group without one is never stopped by a terminal), and so that
/// what the command has printed can still be read when the command has ended: the kernel hangs a
/// terminal up when its session's leader ends.
///
///     logio run  <- control ->  monitor  (leads the session)
///        | master                  | starts, waits for, signals
///        +------ pseudo-terminal - command  (a process group of its own)
///
/// Ownership:  takes all descriptors that it is given; never returns.
/// Source:     credentials(7), tcsetpgrp(3), tty_ioctl(4), waitpid(2).
#pragma once

#include <cstdint>

#include "logio/config/run_options.hpp"
#include "logio/net/unique_fd.hpp"
#include "run_exec.hpp"

namespace logio::app {

/// On the control socket, one a packet; its end ends the monitor.
struct monitor_request {
  enum class what : std::uint8_t {
    signal_command,
    signal_group,  ///< the command's
    go_on,         ///< in the terminal's foreground
    go_on_behind,  ///< in its background: who reads it is stopped
  };
  what kind;
  int number = 0;
};

/// What waitpid() says of the command: it has stopped, or ended.
struct monitor_report {
  int status;
};

struct monitor_setup {
  net::unique_fd control, terminal;
  net::unique_fd errors;  ///< the command's standard error; none: the terminal
  net::unique_fd failure;
  bool foreground;
};

[[noreturn]] void run_monitor(monitor_setup setup, const std::vector<std::string>& command,
                              const start_signals& before);

}  // namespace logio::app
