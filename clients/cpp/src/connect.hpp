/// A connection to a hub, or why there is none.
///
/// Blocks for as long as the resolver does, then at most the time-out for each address; returns
/// at once when it is given up.
///
/// Thread safety:  any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "logio/client/publisher.hpp"

namespace logio::client {

struct connect_limits {
  std::chrono::milliseconds timeout;  ///< for one address
  int wake_fd;                        ///< readable: given_up is to be asked; may be -1
  std::function<bool()> given_up;     ///< makes wake_fd unreadable, unless it says yes
};

/// A non-blocking socket, which the caller closes; or -1, and `why`.
int connect_to(const hub_address& hub, const connect_limits& limits, std::string& why);

/// `host:port`; IPv6 in brackets.
std::string name_of(const hub_address& hub);

}  // namespace logio::client
