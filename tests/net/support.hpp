/// Loopback connections, an event loop that is waited on with a deadline, results taken.
#pragma once

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <utility>

#include "logio/net/executor.hpp"
#include "logio/net/unique_fd.hpp"

namespace logio::net {

template <class Result>
auto taken(Result result) {
  REQUIRE(result.has_value());
  return std::move(*result);
}

/// So long from now.
inline auto in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// Runs the loop until `condition` holds, at most ten seconds; whether it holds.
template <class Condition>
bool run_until(asio::io_context& context, Condition&& condition) {
  const auto end = clock::now() + std::chrono::seconds(10);
  while (!condition() && clock::now() < end) {
    context.restart();
    context.run_for(std::chrono::milliseconds(5));
  }
  return condition();
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

/// A blocking client of a listening port; empty when it is refused.
inline unique_fd connect_loopback(std::uint16_t port) {
  const sockaddr_in at = loopback(port);
  unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return {};
  return fd;
}

/// Both ends of a TCP connection.
struct tcp_pair {
  tcp_pair() {
    const unique_fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at = loopback(0);
    socklen_t size = sizeof at;
    auto* const name = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(::bind(listening.get(), name, size) == 0);
    REQUIRE(::listen(listening.get(), 1) == 0);
    REQUIRE(::getsockname(listening.get(), name, &size) == 0);
    client = connect_loopback(ntohs(at.sin_port));
    REQUIRE(client);
    server = unique_fd(::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    REQUIRE(server);
  }

  unique_fd client;  ///< blocking
  unique_fd server;  ///< non-blocking
};

}  // namespace logio::net
