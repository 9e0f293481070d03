/// What a service manager, such as systemd, tells a service by its environment.
///
/// Ownership:      owns its values.
/// Thread safety:  take_service_environment() changes the environment: before any other thread.
/// Source:         sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). In code of our own,
///                 because Debian has libsystemd as a shared library only.
#pragma once

#include <chrono>
#include <string>

namespace logio::app {

struct service_environment {
  std::string notify_socket;  ///< NOTIFY_SOCKET: a path, or a name behind `@`; empty: none
  std::chrono::microseconds watchdog{0};  ///< WATCHDOG_USEC; 0: nobody watches this process
  std::string listen_fds;       ///< LISTEN_FDS, if LISTEN_PID is this process; empty: none
  std::string listen_fd_names;  ///< LISTEN_FDNAMES, separated by `:`
};

/// Reads all that and takes it out of the environment, so that nothing else of this process, and no
/// child, takes it for its own.
service_environment take_service_environment();

}  // namespace logio::app
