#include "serve/routes.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("a path is known as a whole or not at all") {
  REQUIRE(find_route("/") != nullptr);
  CHECK(find_route("/")->target == route_target::stream);
  CHECK(find_route("/v1/topics")->target == route_target::topics);
  for (const char* path : {"", "/v1", "/v1/", "/v1/topics/", "/V1/topics", "//", "metrics"}) {
    INFO(path);
    CHECK(find_route(path) == nullptr);
  }
}

TEST_CASE("every path that is named is there, and may be read") {
  const std::string all = route_paths();
  for (const char* path : {"/", "/v1/topics", "/v1/subscribers", "/v1/status", "/healthz",
                           "/readyz", "/metrics"}) {
    INFO(path);
    REQUIRE(find_route(path) != nullptr);
    CHECK(find_route(path)->allow.find("GET, HEAD, OPTIONS") == 0);
    CHECK((", " + all + ",").find(" " + std::string(path) + ",") != std::string::npos);
  }
}

TEST_CASE("every method of a path is among those of the hub") {
  for (const char* path : {"/", "/v1/topics", "/healthz", "/metrics"}) {
    REQUIRE(find_route(path) != nullptr);
    CHECK(all_methods().find(find_route(path)->allow) == 0);
  }
}

TEST_CASE("the health of a busy or leaving hub can be asked for, streams cannot") {
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/v1/status"}) {
    CHECK(find_route(path)->always);
  }
  CHECK_FALSE(find_route("/")->always);
}

}  // namespace
}  // namespace logio::serve
