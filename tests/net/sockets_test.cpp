#include "logio/net/sockets.hpp"

#include <catch2/catch_test_macros.hpp>
#include <netinet/tcp.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>

#include "net/support.hpp"

namespace logio::net {
namespace {

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(fd, level, name, &value, &size) == 0);
  return value;
}

iovec piece(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

bool readable(int fd) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, 10'000) == 1;
}

TEST_CASE("stream options are no delay and keepalive") {
  const tcp_pair pair;
  const int fd = pair.server.get();
  REQUIRE_FALSE(set_stream_options(fd));
  CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == keepalive::idle_s);
  CHECK(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == keepalive::interval_s);
  CHECK(option(fd, IPPROTO_TCP, TCP_KEEPCNT) == keepalive::probes);
  probe_half_closed(fd);
  CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == keepalive::idle_half_closed_s);
  CHECK(set_stream_options(-1).value() == EBADF);
}

TEST_CASE("the send buffer is fixed for a near peer and left to the kernel for a far one") {
  using namespace std::chrono_literals;
  const tcp_pair pair;
  const int fd = pair.server.get();
  const int tuned = option(fd, SOL_SOCKET, SO_SNDBUF);
  CHECK_FALSE(bound_send_buffer(fd, 0us));
  CHECK(option(fd, SOL_SOCKET, SO_SNDBUF) == tuned);
  REQUIRE(bound_send_buffer(fd, 10s));
  CHECK(option(fd, SOL_SOCKET, SO_SNDBUF) == 2 * near_peer::send_buffer_bytes);
  CHECK_FALSE(bound_send_buffer(-1));
}

TEST_CASE("pieces are written in order, and read as they are there") {
  const tcp_pair pair;
  const std::array pieces{piece("one "), piece(""), piece("two")};
  CHECK(write_some(pair.client.get(), pieces).value() == 7);
  REQUIRE(readable(pair.server.get()));
  std::array<char, 16> buffer{};
  const std::size_t n = read_some(pair.server.get(), buffer).value();
  CHECK(std::string_view(buffer.data(), n) == "one two");
  CHECK(read_some(pair.server.get(), buffer).error() == asio::error::would_block);
}

TEST_CASE("a socket that takes nothing more takes 0 bytes, and says what is not acknowledged") {
  const tcp_pair pair;
  const std::string block(1 << 20, 'x');
  const std::array pieces{piece(block)};
  std::size_t written = 0;
  for (std::size_t n = 1; n != 0 && written < (std::size_t{1} << 30); written += n) {
    n = write_some(pair.server.get(), pieces).value();
  }
  CHECK(written > 0);
  CHECK(write_some(pair.server.get(), pieces).value() == 0);
  CHECK(unacknowledged_bytes(pair.server.get()) > 0);
  CHECK(unacknowledged_bytes(pair.server.get()) <= written);
  CHECK(unacknowledged_bytes(-1) == 0);
}

TEST_CASE("the end of a peer's side is 0 bytes, its reset an error") {
  tcp_pair pair;
  std::array<char, 16> buffer{};
  ::shutdown(pair.client.get(), SHUT_WR);
  REQUIRE(readable(pair.server.get()));
  CHECK(read_some(pair.server.get(), buffer).value() == 0);
  CHECK(write_some(pair.server.get(), std::array{piece("x")}).value() == 1);  // it still reads

  tcp_pair other;
  reset_on_close(other.client.get());
  other.client.reset();
  REQUIRE(readable(other.server.get()));
  CHECK(read_some(other.server.get(), buffer).error() == asio::error::connection_reset);
  CHECK(write_some(other.server.get(), std::array{piece("x")}).has_error());  // and no SIGPIPE
}

TEST_CASE("peers are shown with brackets only where IPv6 needs them") {
  const auto shown = [](const char* address) {
    return to_string(tcp::endpoint(asio::ip::make_address(address), 52114));
  };
  CHECK(shown("10.0.0.7") == "10.0.0.7:52114");
  CHECK(shown("2001:db8::1") == "[2001:db8::1]:52114");
  CHECK(shown("::ffff:10.0.0.7") == "10.0.0.7:52114");
}

TEST_CASE("a connection accepted elsewhere is adopted with its descriptor, or left alone") {
  tcp_pair pair;
  asio::io_context context{1};
  const int fd = pair.server.get();
  CHECK(protocol_of(fd) == tcp::v4());
  auto socket = adopt(context.get_executor(), std::move(pair.server));
  REQUIRE(socket.has_value());
  CHECK(socket->native_handle() == fd);
  CHECK(socket->remote_endpoint().address().is_loopback());
  CHECK(adopt(context.get_executor(), unique_fd()).has_error());
}

TEST_CASE("what the process may use is at least something") {
  CHECK(usable_cpus() >= 1);
  const std::uint64_t descriptors = raise_descriptor_limit();
  CHECK(descriptors > 0);
  CHECK(raise_descriptor_limit() == descriptors);
}

}  // namespace
}  // namespace logio::net
