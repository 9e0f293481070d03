#include "logio/net/peer_datagrams.hpp"

#include <poll.h>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;
using sent = peer_datagrams::sent;

struct udp_receiver {
  udp_receiver() : fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = loopback(0);
    socklen_t size = sizeof at;
    auto* const name = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(::bind(fd.get(), name, size) == 0);
    REQUIRE(::getsockname(fd.get(), name, &size) == 0);
    port = ntohs(at.sin_port);
  }
  std::string take() const {
    pollfd wanted{fd.get(), POLLIN, 0};
    REQUIRE(::poll(&wanted, 1, 10'000) == 1);
    std::string out(70'000, '\0');
    const ssize_t n = ::recv(fd.get(), out.data(), out.size(), 0);
    REQUIRE(n >= 0);
    out.resize(static_cast<std::size_t>(n));
    return out;
  }
  unique_fd fd;
  std::uint16_t port = 0;
};

sent send(peer_datagrams& to, std::string a, std::string b = {}) {
  const iovec pieces[] = {{a.data(), a.size()}, {b.data(), b.size()}};
  return to.send(pieces, in(10s));
}

TEST_CASE("a datagram is all its pieces") {
  const udp_receiver receiver;
  peer_datagrams way("127.0.0.1", receiver.port);
  REQUIRE(way.open(in(10s)));
  CHECK(send(way, "head ", "and body") == sent::handed);
  CHECK(receiver.take() == "head and body");
  CHECK(send(way, std::string(peer_datagrams::datagram_bytes_max, 'x')) == sent::handed);
  CHECK(receiver.take().size() == peer_datagrams::datagram_bytes_max);
  CHECK(send(way, std::string(peer_datagrams::datagram_bytes_max + 1, 'x')) == sent::too_long);
  CHECK(send(way, "still") == sent::handed);
  CHECK(receiver.take() == "still");
  CHECK_FALSE(way.refused());
}

TEST_CASE("that nobody listens is told with a later datagram, or when asked") {
  std::uint16_t port = 0;
  { port = udp_receiver().port; }
  peer_datagrams way("127.0.0.1", port);
  REQUIRE(way.open(in(10s)));
  const std::string told = "127.0.0.1:" + std::to_string(port) +
                           ": nobody listens there (the peer's machine refused a datagram)";
  CHECK(send(way, "lost") == sent::handed);
  const auto deadline = in(10s);
  while (!way.refused() && in(0ms) < deadline) {
    pollfd nothing{};
    ::poll(&nothing, 0, 1);
  }
  CHECK(way.error() == told);
  CHECK_FALSE(way.refused());
  sent last = sent::handed;
  while (last == sent::handed && in(0ms) < deadline) last = send(way, "lost too");
  CHECK(last == sent::failed);
  CHECK(way.error() == told);
}

TEST_CASE("a name that has no address is told, and interrupt() ends the wait") {
  peer_datagrams way("1.2.3.4.5..", 1);
  CHECK_FALSE(way.open(in(10s)));
  CHECK(way.error().starts_with("1.2.3.4.5..:1: the name cannot be resolved ("));
  way.interrupt();
  CHECK_FALSE(way.open(in(10s)));
  CHECK(way.error() == "1.2.3.4.5..:1: interrupted");
}

}  // namespace
}  // namespace logio::net
