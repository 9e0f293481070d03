#include "serve/topic_request.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("topics are asked for by the patterns of a stream") {
  const auto f = parse_topic_request("app=shop|pay&host=h%5B12%5D&match=partial", {}).value();
  CHECK(f.matches_topic({"webshop", "web", "h1"}));
  CHECK_FALSE(f.matches_topic({"web", "web", "h1"}));
  CHECK_FALSE(f.matches_topic({"shop", "web", "h3"}));
  CHECK(parse_topic_request("", {}).value().matches_topic({"a", "", ""}));
  CHECK(parse_topic_request("&app=a&", {}).value().matches_topic({"a", "", ""}));
}

TEST_CASE("what a stream takes beyond that is refused here by name") {
  for (const char* name : {"log", "exclude", "format", "tail", "follow", "colour", "%61pp"}) {
    INFO(name);
    const auto refused = parse_topic_request("app=a&" + std::string(name) + "=x", {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == request_fault::unknown_parameter);
    CHECK(refused.error().parameter == name);
    CHECK(refused.error().hint == "known here are app, proc, host and match");
  }
}

TEST_CASE("bad values are refused as for a stream") {
  CHECK(parse_topic_request("app=(", {}).error().code == request_fault::bad_pattern);
  CHECK(parse_topic_request("app=%zz", {}).error().code == request_fault::bad_parameter);
  CHECK(parse_topic_request("match=some", {}).error().parameter == "match");
  CHECK(parse_topic_request("=x", {}).error().code == request_fault::bad_parameter);
  CHECK(parse_topic_request("log=" + std::string(70'000, 'a'), {}).error().status == 414);
}

TEST_CASE("a page without parameters takes none") {
  CHECK_FALSE(refuse_parameters("").has_value());
  CHECK_FALSE(refuse_parameters("&&").has_value());
  const auto refused = refuse_parameters("app=x");
  REQUIRE(refused.has_value());
  CHECK(refused->parameter == "app");
  CHECK(refuse_parameters(std::string(1000, 'n'))->parameter.size() == 64);
}

}  // namespace
}  // namespace logio::serve
