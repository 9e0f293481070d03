// Peers of sinks that keep what they get.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <thread>

#include "net/peers.hpp"

namespace logio::sink::testing {

// Takes one TCP connection and all that comes on it, until the other side ends.
class tcp_receiver {
 public:
  tcp_receiver()
      : thread_([this] {
          const net::unique_fd peer = listener_.accept();
          received_ = net::testing::read_to_end(peer.get());
        }) {}
  ~tcp_receiver() {
    if (thread_.joinable()) thread_.join();
  }
  std::uint16_t port() const noexcept { return listener_.port(); }
  std::string take() {
    thread_.join();
    return received_;
  }

 private:
  net::testing::tcp_listener listener_;
  std::string received_;
  std::thread thread_;
};

// A bound UDP socket.
class udp_receiver {
 public:
  udp_receiver() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const int bytes = 4 << 20;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    sockaddr_in at = net::loopback(0);
    socklen_t size = sizeof at;
    auto* const name = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(::bind(fd_.get(), name, size) == 0);
    REQUIRE(::getsockname(fd_.get(), name, &size) == 0);
    port_ = ntohs(at.sin_port);
  }
  std::uint16_t port() const noexcept { return port_; }
  // The next datagram; what is sent on loopback is there already.
  std::string take() const {
    pollfd wanted{fd_.get(), POLLIN, 0};
    REQUIRE(::poll(&wanted, 1, 10'000) == 1);
    std::string out(70'000, '\0');
    const ssize_t n = ::recv(fd_.get(), out.data(), out.size(), 0);
    REQUIRE(n >= 0);
    out.resize(static_cast<std::size_t>(n));
    return out;
  }
  bool empty() const {
    pollfd wanted{fd_.get(), POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 0;
  }

 private:
  net::unique_fd fd_;
  std::uint16_t port_ = 0;
};

// Ports on which nobody listens.
inline std::uint16_t free_tcp_port() {
  return net::testing::tcp_listener().port();
}
inline std::uint16_t free_udp_port() {
  return udp_receiver().port();
}

}  // namespace logio::sink::testing
