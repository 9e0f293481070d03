/// How a command ends that could not do what it was asked for.
///
/// Errors:  none: a terminal that does not take the line cannot be told either.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace logio::app {

/// Tells `message` in the name of `command`, and gives `code` back.
inline int fail(std::string_view command, int code, const std::string& message) {
  std::fprintf(stderr, "logio %.*s: %s\n", static_cast<int>(command.size()), command.data(),
               message.c_str());
  return code;
}

}  // namespace logio::app
