#include "logio/net/connect.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "logio/net/listener.hpp"
#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a connection is blocking, and its reads end after their time") {
  asio::io_context context{1};
  const auto l = taken(listener::open(context, {"127.0.0.1", 0}));
  const auto socket = connect_to("127.0.0.1", l->address().port, 10s);
  REQUIRE(socket.has_value());
  CHECK((::fcntl(socket->get(), F_GETFL) & O_NONBLOCK) == 0);
  set_read_timeout(socket->get(), 10ms);
  set_write_timeout(socket->get(), 10ms);
  char byte = 0;
  CHECK(::recv(socket->get(), &byte, 1, 0) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("who cannot be reached is named, with the reason") {
  asio::io_context context{1};
  auto l = taken(listener::open(context, {"127.0.0.1", 0}));
  const std::uint16_t port = l->address().port;
  l->stop();
  const auto refused = connect_to("127.0.0.1", port, 10s);
  REQUIRE(refused.has_error());
  CHECK(refused.error().message ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
  const auto nobody = connect_to("1.2.3.4.5..", 1, 10s);
  REQUIRE(nobody.has_error());
  CHECK(nobody.error().message.starts_with(
      "cannot connect to 1.2.3.4.5..:1: the name cannot be resolved ("));
}

}  // namespace
}  // namespace logio::net
