#include "logio/net/connect.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "logio/net/sockets.hpp"

namespace logio::net {
namespace {

using steady = std::chrono::steady_clock;

void set_timeout(int fd, int option, std::chrono::milliseconds timeout) noexcept {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = timeout.count() % 1000 * 1000;
  ::setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

/// 0, or why not.
int connect_one(int fd, const addrinfo& where, steady::time_point deadline) {
  if (::connect(fd, where.ai_addr, where.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady::now()).count();
    pollfd wanted{fd, POLLOUT, 0};
    const int ready = ::poll(&wanted, 1, left < 0 ? 0 : static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    if (ready < 0 || ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
  }
}

}  // namespace

connected connect_to(const std::string& host, std::uint16_t port,
                     std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  const std::string service = std::to_string(port);
  const auto failed = [&](std::string_view why) {
    const bool v6 = host.find(':') != std::string::npos;
    return connect_failure{fmt::format(
        fmt::runtime(v6 ? "cannot connect to [{}]:{}: {}" : "cannot connect to {}:{}: {}"), host,
        port, why)};
  };

  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found); code != 0) {
    return failed(fmt::format("the name cannot be resolved ({})", ::gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const auto deadline = steady::now() + timeout;
  int error = EHOSTUNREACH;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    unique_fd fd(::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!fd) {
      error = errno;
      continue;
    }
    error = connect_one(fd.get(), *at, deadline);
    if (error != 0) continue;
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
    set_stream_options(fd.get());
    return fd;
  }
  return failed(boost::system::system_category().message(error));
}

void set_read_timeout(int fd, std::chrono::milliseconds timeout) noexcept {
  set_timeout(fd, SO_RCVTIMEO, timeout);
}

void set_write_timeout(int fd, std::chrono::milliseconds timeout) noexcept {
  set_timeout(fd, SO_SNDTIMEO, timeout);
}

}  // namespace logio::net
