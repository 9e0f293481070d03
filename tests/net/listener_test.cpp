#include "logio/net/listener.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "logio/base/log.hpp"
#include "net/support.hpp"

namespace logio::net {
namespace {

std::unique_ptr<listener> opened(asio::io_context& context, const listen_address& address) {
  auto out = listener::open(context, address);
  INFO((out ? "" : out.error().message));
  REQUIRE(out.has_value());
  return std::move(*out);
}

listen_failure refused(asio::io_context& context, const listen_address& address) {
  const auto out = listener::open(context, address);
  REQUIRE(out.has_error());
  return out.error();
}

/// Takes every descriptor that the process may still have.
class no_descriptors {
 public:
  no_descriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit few = before_;
    few.rlim_cur = 64;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) {
      taken_.emplace_back(fd);
    }
  }
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
  std::vector<unique_fd> taken_;
};

TEST_CASE("port 0 gets a real port, and connections are handed over non-blocking") {
  asio::io_context context{1};
  const auto l = opened(context, {"127.0.0.1", 0});
  REQUIRE(l->address().port != 0);
  CHECK(l->address().host == "127.0.0.1");
  const unique_fd early = connect_loopback(l->address().port);  // waits in the kernel
  std::vector<accepted> got;
  l->start([&](accepted a) { got.push_back(std::move(a)); }, {});
  const unique_fd late = connect_loopback(l->address().port);
  REQUIRE((early && late));
  REQUIRE(run_until(context, [&] { return got.size() == 2; }));
  CHECK(l->accepted_count() == 2);
  CHECK(l->overload_count() == 0);
  for (const accepted& a : got) {
    CHECK(a.peer.address().is_loopback());
    CHECK(a.peer.port() != 0);
    CHECK((::fcntl(a.socket.get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(a.socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK_FALSE(a.ticket);
  }
}

TEST_CASE("no host listens on every address") {
  asio::io_context context{1};
  const auto l = opened(context, {});
  int accepted_here = 0;
  l->start([&](const accepted&) { ++accepted_here; }, {});
  const unique_fd peer = connect_loopback(l->address().port);
  REQUIRE(peer);
  CHECK(run_until(context, [&] { return accepted_here == 1; }));
}

TEST_CASE("a name listens on all of its addresses, on the same free port") {
  asio::io_context context{1};
  const auto l = opened(context, {"localhost", 0});
  CHECK(connect_loopback(l->address().port));
}

TEST_CASE("a port in use is refused with cause and remedy") {
  asio::io_context context{1};
  const auto first = opened(context, {"127.0.0.1", 0});
  const listen_failure failure = refused(context, first->address());
  CHECK(failure.why == listen_failure::cause::in_use);
  CHECK(failure.message == "the port is in use");
  CHECK(failure.hint.find("choose another port") != std::string::npos);
  const listen_failure everywhere = refused(context, {"", first->address().port});
  CHECK(everywhere.why == listen_failure::cause::in_use);
}

TEST_CASE("an address that the machine does not have is refused") {
  asio::io_context context{1};
  const listen_failure failure = refused(context, {"192.0.2.1", 0});  // RFC 5737
  CHECK(failure.why == listen_failure::cause::no_such_address);
  CHECK_FALSE(failure.hint.empty());
}

TEST_CASE("a host that is no name is refused without asking the network") {
  asio::io_context context{1};
  const listen_failure failure = refused(context, {"1.2.3.4.5..", 0});
  CHECK(failure.why == listen_failure::cause::cannot_resolve);
  CHECK(failure.message.find("'1.2.3.4.5..'") != std::string::npos);
}

TEST_CASE("after stop() nobody connects, and the handler may be the one to stop") {
  asio::io_context context{1};
  const auto l = opened(context, {"127.0.0.1", 0});
  const std::uint16_t port = l->address().port;
  int accepted_here = 0;
  l->start(
      [&](const accepted&) {
        ++accepted_here;
        l->stop();
      },
      {});
  const unique_fd a = connect_loopback(port), b = connect_loopback(port);
  REQUIRE((a && b));
  REQUIRE(run_until(context, [&] { return accepted_here == 1; }));
  context.restart();
  context.run();  // nothing is pending any more
  CHECK(accepted_here == 1);
  CHECK_FALSE(connect_loopback(port));
}

TEST_CASE("without a descriptor a connection is told and closed, and later ones are served") {
  base::configure_log({base::log_level::error, base::log_format::text});
  asio::io_context context{1};
  const auto l = opened(context, {"127.0.0.1", 0});
  int served = 0, told = 0;
  l->start([&](const accepted&) { ++served; },
           [&](const accepted& a) {
             ++told;
             CHECK(::send(a.socket.get(), "full", 4, MSG_NOSIGNAL) == 4);
           });
  const unique_fd peer = connect_loopback(l->address().port);
  {
    const no_descriptors none;
    CHECK(run_until(context, [&] { return told == 1; }));
  }
  CHECK(served == 0);
  CHECK(l->overload_count() == 1);
  char buffer[8];
  CHECK(::recv(peer.get(), buffer, sizeof buffer, MSG_WAITALL) == 4);  // and then the end
  const unique_fd next = connect_loopback(l->address().port);
  CHECK(run_until(context, [&] { return served == 1; }));
  base::configure_log({});
}

/// A socket that listens on loopback.
unique_fd listening_socket() {
  unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const tcp::endpoint where(asio::ip::address_v4::loopback(), 0);
  REQUIRE(::bind(fd.get(), where.data(), static_cast<socklen_t>(where.size())) == 0);
  REQUIRE(::listen(fd.get(), SOMAXCONN) == 0);
  return fd;
}

TEST_CASE("connections to a socket that others hold as well wait for the next listener") {
  asio::io_context context{1};
  const unique_fd shared = listening_socket();
  std::vector<unique_fd> peers;
  int accepted_here = 0;
  for (int run = 1; run <= 3; ++run) {
    std::vector<unique_fd> own;
    own.emplace_back(::dup(shared.get()));
    const auto l = listener::adopt(context, std::move(own));
    CHECK(l->address().port == bound_address(shared.get()).port);
    l->start([&](const accepted&) { ++accepted_here; }, {});
    peers.push_back(connect_loopback(l->address().port));
    REQUIRE(run_until(context, [&] { return accepted_here == 2 * run - 1; }));
    l->stop();
    peers.push_back(connect_loopback(bound_address(shared.get()).port));  // nobody accepts
    REQUIRE(peers.back());
    context.restart();
    context.poll();
    CHECK(accepted_here == 2 * run - 1);
    // The next run of this loop has it.
    std::vector<unique_fd> again;
    again.emplace_back(::dup(shared.get()));
    const auto next = listener::adopt(context, std::move(again));
    next->start([&](const accepted&) { ++accepted_here; }, {});
    REQUIRE(run_until(context, [&] { return accepted_here == 2 * run; }));
  }
}

TEST_CASE("what a socket is bound to is compared with what is written") {
  const unique_fd fd = listening_socket();
  const std::uint16_t port = bound_address(fd.get()).port;
  CHECK(bound_address(fd.get()).host == "127.0.0.1");
  CHECK(is_bound_to(fd.get(), {"", port}));
  CHECK(is_bound_to(fd.get(), {"127.0.0.1", port}));
  CHECK(is_bound_to(fd.get(), {"localhost", port}));
  CHECK_FALSE(is_bound_to(fd.get(), {"127.0.0.2", port}));
  CHECK_FALSE(is_bound_to(fd.get(), {"::1", port}));
  CHECK_FALSE(is_bound_to(fd.get(), {"", static_cast<std::uint16_t>(port + 1)}));
}

}  // namespace
}  // namespace logio::net
