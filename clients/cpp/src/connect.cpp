#include "connect.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace logio::client {
namespace {

using steady = std::chrono::steady_clock;

void set_options(int fd) {
  const auto set = [fd](int level, int name, int value) {
    ::setsockopt(fd, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  // A dead peer is found by these: it is silent by right.
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);
}

/// 0, or why not.
int wait_connected(int fd, const connect_limits& limits) {
  const auto until = steady::now() + limits.timeout;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
    if (left <= 0) return ETIMEDOUT;
    pollfd wanted[] = {{fd, POLLOUT, 0}, {limits.wake_fd, POLLIN, 0}};
    ::poll(wanted, 2, static_cast<int>(left));
    if (wanted[1].revents != 0 && limits.given_up()) return ECANCELED;
    if (wanted[0].revents == 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

}  // namespace

std::string name_of(const hub_address& hub) {
  const bool v6 = hub.host.find(':') != std::string::npos;
  return (v6 ? "[" + hub.host + "]" : hub.host) + ':' + std::to_string(hub.port);
}

int connect_to(const hub_address& hub, const connect_limits& limits, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string service = std::to_string(hub.port);
  const int code = ::getaddrinfo(hub.host.c_str(), service.c_str(), &hints, &found);
  if (code != 0) {
    why = name_of(hub) + ": the name cannot be resolved (" + ::gai_strerror(code) + ")";
    return -1;
  }
  int error = EHOSTUNREACH, fd = -1;
  for (const addrinfo* at = found; at != nullptr && !limits.given_up(); at = at->ai_next) {
    fd = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    error = fd >= 0 && ::connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      error = wait_connected(fd, limits);
    }
    if (error == 0) break;
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  ::freeaddrinfo(found);
  if (fd < 0) {
    why = name_of(hub) + ": " + std::generic_category().message(error);
    return -1;
  }
  set_options(fd);
  return fd;
}

}  // namespace logio::client
