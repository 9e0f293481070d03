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
  for (const char* path : {"/", "/v1/topics", "/v1/subscribers", "/v1/sinks",
                           "/v1/sinks/NAME/records", "/v1/sinks/NAME/dead", "/v1/status",
                           "/healthz", "/readyz", "/metrics"}) {
    INFO(path);
    REQUIRE(find_route(path) != nullptr);
    CHECK(find_route(path)->allow.find("GET, HEAD, OPTIONS") == 0);
    CHECK((", " + all + ",").find(" " + std::string(path) + ",") != std::string::npos);
  }
}

TEST_CASE("a name may stand in a path, and is one segment") {
  const route* const records = find_route("/v1/sinks/es-1.a_B/records");
  REQUIRE(records != nullptr);
  CHECK(records->target == route_target::sink_records);
  CHECK(named_in(*records, "/v1/sinks/es-1.a_B/records") == "es-1.a_B");
  struct {
    const char* path;
    route_target target;
    const char* name;
  } const table[] = {{"/v1/sinks", route_target::sinks, ""},
                     {"/v1/sinks/x/dead", route_target::sink_dead, "x"},
                     {"/v1/sinks/dead/dead", route_target::sink_dead, "dead"},
                     {"/v1/sinks/x/dead/resend", route_target::sink_resend, "x"},
                     {"/v1/sinks/%2F/dead/resend", route_target::sink_resend, "%2F"}};
  for (const auto& row : table) {
    INFO(row.path);
    REQUIRE(find_route(row.path) != nullptr);
    CHECK(find_route(row.path)->target == row.target);
    CHECK(named_in(*find_route(row.path), row.path) == row.name);
  }
  for (const char* path : {"/v1/sinks/", "/v1/sinks/x", "/v1/sinks//records", "/v1/sinks/records",
                           "/v1/sinks/a/b/records", "/v1/sinks/x/records/", "/v1/sinks/dead",
                           "/v1/sinks/dead/resend", "/v1/sinks/x/dead/resend/",
                           "/v1/sinks/x/Dead"}) {
    INFO(path);
    CHECK(find_route(path) == nullptr);
  }
}

TEST_CASE("a method is allowed as a whole word, in its own letters") {
  const route& page = *find_route("/v1/sinks/x/dead");
  const route& change = *find_route("/v1/sinks/x/dead/resend");
  const route& stream = *find_route("/");
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) CHECK(page.allows(method));
  for (const char* method : {"POST", "DELETE", "get", "GE", "", "HEAD,", ", "}) {
    INFO(method);
    CHECK_FALSE(page.allows(method));
  }
  CHECK(stream.allows("POST"));
  CHECK(change.allows("POST"));
  CHECK(change.allow == "OPTIONS, POST");
  CHECK_FALSE(change.allows("GET"));
}

TEST_CASE("every method of a path is among those of the hub") {
  for (const char* path : {"/", "/v1/topics", "/v1/sinks/x/dead/resend", "/metrics"}) {
    REQUIRE(find_route(path) != nullptr);
    CHECK(all_methods().find(find_route(path)->allow) != std::string_view::npos);
  }
}

TEST_CASE("the health of a busy or leaving hub can be asked for, streams cannot") {
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/v1/status", "/v1/sinks"}) {
    CHECK(find_route(path)->always);
  }
  CHECK_FALSE(find_route("/")->always);
}

}  // namespace
}  // namespace logio::serve
