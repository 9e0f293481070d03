#include "serve/publish_outcome.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

wire::refusal refusal(std::uint64_t line, bool closes = false) {
  return {wire::publish_error::bad_json, line, "no \"good\"", closes};
}

TEST_CASE("an empty body is no error") {
  const publish_outcome o;
  CHECK(o.status() == 200);
  CHECK(o.render() == "{\"accepted\":0,\"refused\":0,\"errors\":[]}\n");
}

TEST_CASE("refusals are told with their lines; 400 when nothing was accepted") {
  publish_outcome o;
  o.refuse(refusal(7));
  CHECK(o.status() == 400);
  CHECK(o.render() ==
        "{\"accepted\":0,\"refused\":1,\"errors\":[{\"line\":7,\"code\":\"bad_json\","
        "\"message\":\"no \\\"good\\\"\"}]}\n");
  o.accept(2);
  CHECK(o.status() == 200);
  CHECK(o.accepted() == 2);
  CHECK_FALSE(o.failed());
}

TEST_CASE("all refusals are counted, ten are told") {
  publish_outcome o;
  for (std::uint64_t line = 1; line <= 30; ++line) o.refuse(refusal(line));
  CHECK(o.refused() == 30);
  CHECK(o.first_refusal().record == 1);
  const std::string body = o.render();
  CHECK(body.find("\"refused\":30") != std::string::npos);
  CHECK(body.find("\"line\":10,") != std::string::npos);
  CHECK(body.find("\"line\":11,") == std::string::npos);
}

TEST_CASE("the first reason to end is told with the counts") {
  publish_outcome o;
  o.accept(5);
  o.fail(413, request_fault::too_large, "too much", "Less.");
  o.fail(408, request_fault::timed_out, "late", "Soon.");
  CHECK(o.status() == 413);
  CHECK(o.failed());
  CHECK(o.failure() == "too much");
  CHECK(o.render() ==
        "{\"accepted\":5,\"refused\":0,\"errors\":[],\"error\":{\"code\":\"too_large\","
        "\"message\":\"too much\",\"hint\":\"Less.\"}}\n");
}

TEST_CASE("lost framing says that the rest was not read, and leaves the status to the counts") {
  publish_outcome o;
  o.refuse(refusal(3, true));
  CHECK(o.status() == 400);
  CHECK(o.failed());
  CHECK(o.render().find("nothing behind line 3 was read") != std::string::npos);
  o.accept(1);
  CHECK(o.status() == 200);
}

}  // namespace
}  // namespace logio::serve
