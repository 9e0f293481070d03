/// Connecting to a hub from a command: a blocking client socket with deadlines.
///
/// For programs that do one thing (`tail`, `pipe`, `healthcheck`); never used on an I/O thread.
///
/// Thread safety:  free functions: any thread.
/// Errors:         one line for the user: what failed, at which address, why.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>

#include "logio/net/unique_fd.hpp"

namespace logio::net {

struct connect_failure {
  std::string message;  ///< `cannot connect to hub:7702: connection refused`
};

using connected = boost::system::result<unique_fd, connect_failure>;

/// Tries every address of the name until one answers; the socket is blocking, without delay for
/// small writes, with keepalive. Resolving a name has the resolver's own time-out on top.
connected connect_to(const std::string& host, std::uint16_t port,
                     std::chrono::milliseconds timeout);

/// Makes reads and writes of a blocking socket fail with EAGAIN after `timeout`; 0: never.
void set_read_timeout(int fd, std::chrono::milliseconds timeout) noexcept;
void set_write_timeout(int fd, std::chrono::milliseconds timeout) noexcept;

}  // namespace logio::net
