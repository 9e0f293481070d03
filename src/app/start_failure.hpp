/// Why the hub cannot start: one line, and the exit code.
///
/// Ownership:      owns its text.
/// Thread safety:  distinct objects.
#pragma once

#include <string>

namespace logio::app {

struct start_failure {
  int exit_code = 0;
  std::string message;
};

}  // namespace logio::app
