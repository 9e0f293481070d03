#include "sink/search_nodes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "net/http_peer.hpp"

using namespace logio;
using namespace logio::sink;
using namespace logio::net::testing;
using namespace std::chrono_literals;

namespace {

const net::http_request look{"GET", "/", "", ""};

auto soon() { return std::chrono::steady_clock::now() + 10s; }

std::string ok(const http_seen&) { return http_answer_text("200 OK", "x"); }

sink_options at(std::initializer_list<std::uint16_t> ports) {
  sink_options out;
  for (const std::uint16_t port : ports) out.peers.push_back({"127.0.0.1", port});
  return out;
}

}  // namespace

TEST_CASE("the node that works is kept, the one that does not is left") {
  http_peer first(ok);
  const http_peer second(ok);
  search_nodes nodes(at({first.port(), second.port()}));
  net::http_answer answer;
  for (int i = 0; i < 3; ++i) REQUIRE(nodes.exchange(look, answer, soon()));
  CHECK(first.seen().size() == 3);
  first.stop();
  nodes.close();
  for (int i = 0; i < 3; ++i) REQUIRE(nodes.exchange(look, answer, soon()));
  CHECK(second.seen().size() == 3);
  CHECK(second.connections() == 1);
  nodes.next();
  nodes.next();
  REQUIRE(nodes.exchange(look, answer, soon()));
  CHECK(second.seen().size() == 4);
}

TEST_CASE("a request that a failing node may have got is in doubt, though the next one took it") {
  const http_peer silent([](const http_seen&) { return std::string(); });
  const http_peer other(ok);
  search_nodes nodes(at({silent.port(), other.port()}));
  net::http_answer answer;
  REQUIRE(nodes.exchange(look, answer, soon()));
  CHECK(nodes.in_doubt());
  REQUIRE(nodes.exchange(look, answer, soon()));
  CHECK_FALSE(nodes.in_doubt());
}

TEST_CASE("each node is tried once, and an interrupt ends the round") {
  std::uint16_t port = 0;
  { port = tcp_listener().port(); }
  search_nodes nodes(at({port, port}));
  net::http_answer answer;
  CHECK_FALSE(nodes.exchange(look, answer, soon()));
  CHECK(nodes.error().find("connection refused") != std::string::npos);
  CHECK_FALSE(nodes.in_doubt());
  nodes.interrupt();
  CHECK(nodes.interrupted());
  CHECK_FALSE(nodes.exchange(look, answer, soon()));
}
