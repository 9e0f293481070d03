#include "serve/change_request.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::serve {
namespace {

constexpr const char* path = "/v1/sinks/es/dead/resend";

request_head asked() {
  request_head head;
  head.method = request_head::method_type::post;
  head.target = std::string(path) + "?x=1";
  return head;
}

TEST_CASE("the hub's own machine may change it, whatever its address is written like") {
  for (const char* from : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
    INFO(from);
    CHECK_FALSE(judge_change(asked(), boost::asio::ip::make_address(from)).has_value());
  }
}

TEST_CASE("others may not, and are told from where they can") {
  for (const char* from : {"10.0.0.7", "0.0.0.0", "128.0.0.1", "::", "2001:db8::1", "fe80::1",
                           "::ffff:10.0.0.7", "::127.0.0.1", "64:ff9b::7f00:1"}) {
    INFO(from);
    const auto refused = judge_change(asked(), boost::asio::ip::make_address(from));
    REQUIRE(refused.has_value());
    CHECK(refused->status == 403);
    CHECK(refused->code == request_fault::forbidden);
    CHECK(refused->hint.ends_with("curl -X POST http://localhost:7702" + std::string(path)));
  }
  const auto mapped = judge_change(asked(), boost::asio::ip::make_address("::ffff:10.0.0.7"));
  CHECK(mapped->message.ends_with("this came from 10.0.0.7"));
}

TEST_CASE("who speaks for somebody else may not, also on the hub's own machine") {
  const auto here = boost::asio::ip::make_address("127.0.0.1");
  for (const char* origin : {"http://evil.example", "http://localhost:7702", "null"}) {
    request_head head = asked();
    head.host = "localhost:7702";
    head.origin = origin;
    INFO(origin);
    REQUIRE(judge_change(head, here).has_value());
    CHECK(judge_change(head, here)->message.ends_with("from a page of " + std::string(origin)));
  }
  request_head head = asked();
  head.forwarded_for = "203.0.113.9";
  REQUIRE(judge_change(head, here).has_value());
  CHECK(judge_change(head, here)->message.ends_with("through a proxy for 203.0.113.9"));
  head.forwarded_for = std::string(1000, '9');
  CHECK(judge_change(head, here)->message.size() < 400);
}

}  // namespace
}  // namespace logio::serve
