/// An errno of a socket in words, for the middle of a sentence.
///
/// Thread safety:  free function: any thread.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace logio::net {

inline std::string socket_reason(int error) {
  if (error == EPIPE) return "the peer closed the connection";
  if (error == ETIMEDOUT) return "timed out";
  std::string reason = std::system_category().message(error);
  if (reason.size() > 1 && reason[0] >= 'A' && reason[0] <= 'Z' && reason[1] >= 'a') {
    reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
  }
  return reason;
}

}  // namespace logio::net
