#include "logio/sink/kafka_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using logio::sink::testing::offered_records;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;

/// A socket of loopback with a free port: closed it refuses, listening it is silent.
class free_port {
 public:
  explicit free_port(bool listening) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(fd_, any, size) == 0);
    REQUIRE(::getsockname(fd_, any, &size) == 0);
    if (listening) REQUIRE(::listen(fd_, 16) == 0);
    port_ = ntohs(address.sin_port);
  }
  free_port(const free_port&) = delete;
  ~free_port() { ::close(fd_); }
  std::uint16_t port() const noexcept { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

sink_options options_for(const free_port& at) {
  sink_options options;
  options.kind = kind::kafka;
  options.name = "test";
  options.peers = {{.host = "127.0.0.1", .port = at.port()}};
  options.path = "logs";
  return options;
}

std::unique_ptr<client> made(const sink_options& options) {
  kafka_client_or_error result = make_kafka_client(options);
  INFO(result.error);
  REQUIRE(result.client);
  return std::move(result.client);
}

std::string refusal_of(const sink_options& options) {
  kafka_client_or_error result = make_kafka_client(options);
  CHECK_FALSE(result.client);
  return result.error;
}

}  // namespace

TEST_CASE("options that cannot be are refused with the remedy") {
  const free_port nobody(false);
  sink_options options = options_for(nobody);
  options.format = "xml";
  CHECK(refusal_of(options) == "format is 'xml'; it may be json, gelf or text");
  options.format = "gelf";
  CHECK(refusal_of(options) == "format gelf is not part of this build: use json or text");
  options.format = "json";
  options.path = "";
  CHECK(refusal_of(options) == "no topic is named: kafka://HOST:9092/TOPIC");
  options.path = "logs-%x";
  CHECK_THAT(refusal_of(options), Catch::Matchers::StartsWith("topic: '%x' at byte 5"));
  options.path = "logs";
  options.over = transport::tls;
  options.tls.ca_file = "/nowhere/ca.pem";
  CHECK_THAT(refusal_of(options), Catch::Matchers::ContainsSubstring("ca.location"));
}

TEST_CASE("a broker that refuses the connection is told long before the timeout") {
  const free_port nobody(false);
  const auto client = made(options_for(nobody));
  offered_records offered;
  offered.add({"a", "", ""}, "x", time_ns).add({"b", "", ""}, "y", time_ns);
  outcome out;
  const auto begin = clock_type::now();
  client->deliver(offered.items(), out);
  CHECK(clock_type::now() - begin < 5s);
  CHECK(out.fates == std::vector{fate::pending, fate::pending});
  CHECK(out.refusals.empty());
  CHECK_THAT(out.error, Catch::Matchers::StartsWith("127.0.0.1:" + std::to_string(nobody.port())));
  CHECK_THAT(out.error, Catch::Matchers::ContainsSubstring("Connection refused"));
}

TEST_CASE("what is in flight is not produced again, what is new waits behind it") {
  const free_port nobody(false);
  sink_options options = options_for(nobody);
  options.timeout = 300ms;
  const auto client = made(options);
  offered_records offered;
  offered.add({"a", "", ""}, "x", time_ns);
  outcome out;
  client->deliver(offered.items(), out);
  CHECK(out.sent_bytes > 0);
  client->close();
  offered.add({"a", "", ""}, "y", time_ns);
  client->deliver(offered.items(), out);
  CHECK(out.sent_bytes == 0);
  CHECK(out.fates == std::vector{fate::pending, fate::pending});
}

TEST_CASE("records that were given up make room for the next ones") {
  const free_port nobody(false);
  sink_options options = options_for(nobody);
  options.timeout = 300ms;
  const auto client = made(options);
  offered_records first(1), next(2);
  first.add({"a", "", ""}, "x", time_ns);
  next.add({"a", "", ""}, "y", time_ns);
  outcome out;
  client->deliver(first.items(), out);
  client->close();
  client->deliver(next.items(), out);
  CHECK(out.sent_bytes > 0);
  CHECK(out.fates == std::vector{fate::pending});
}

TEST_CASE("a broker that never answers takes the timeout, and not more") {
  const free_port silent(true);
  sink_options options = options_for(silent);
  options.timeout = 700ms;
  const auto client = made(options);
  offered_records offered;
  offered.add({"a", "", ""}, "x", time_ns);
  outcome out;
  const auto begin = clock_type::now();
  client->deliver(offered.items(), out);
  const auto took = clock_type::now() - begin;
  CHECK(took >= 700ms);
  CHECK(took < 3s);
  CHECK_THAT(out.error, Catch::Matchers::ContainsSubstring("no answer for 1 records within 0.7 s"));
}

TEST_CASE("an interrupt ends a call that waits, and each later one") {
  const free_port silent(true);
  sink_options options = options_for(silent);
  options.timeout = 60s;
  const auto client = made(options);
  offered_records offered;
  offered.add({"a", "", ""}, "x", time_ns);
  outcome out;
  clock_type::time_point interrupted;
  std::jthread other([&](const std::stop_token&) {
    // Whether the call has begun by then or not, it ends.
    interrupted = clock_type::now();
    client->interrupt();
  });
  client->deliver(offered.items(), out);
  const auto ended = clock_type::now();
  other.join();
  CHECK(ended - interrupted < 2s);
  CHECK(out.fates == std::vector{fate::pending});
  CHECK_THAT(out.error, Catch::Matchers::EndsWith("interrupted"));
  const auto begin = clock_type::now();
  client->deliver(offered.items(), out);
  CHECK(clock_type::now() - begin < 2s);
}

TEST_CASE("nothing to deliver is delivered") {
  const free_port nobody(false);
  const auto client = made(options_for(nobody));
  outcome out;
  out.error = "of the call before";
  client->deliver({}, out);
  CHECK(out.fates.empty());
  CHECK(out.error.empty());
}
