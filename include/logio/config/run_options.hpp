/// What `logio run` can be told.
///
/// Ownership:      own their values.
/// Thread safety:  distinct objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/config/client_options.hpp"

namespace logio::config {

struct run_options : pipe_options {
  std::vector<std::string> command;  ///< at least its name
  bool terminal = true;              ///< one for the command, where there is one
};

struct run_flags : pipe_flags {
  run_flags() { flush = std::chrono::seconds(5); }  // who stops a container waits for ten
  std::vector<std::string> command;
  bool no_terminal = false;
};

command run_command(run_flags& flags);

/// `local_host` is the publisher's host name where none is given.
complete_options<run_options> complete(const run_flags& flags, const environment& env,
                                       const std::string& local_host);

}  // namespace logio::config
