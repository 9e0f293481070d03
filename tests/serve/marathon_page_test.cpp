#include "serve/marathon_page.hpp"

#include <catch2/catch_test_macros.hpp>

#include "logio/serve/marathon_status.hpp"

namespace logio::serve {
namespace {

TEST_CASE("/v1/marathon tells the way, since when, and what came") {
  event_counts events;
  events.count_taken("deployment_info", 1);
  events.count_taken("status_update_event", 2);
  events.count_taken("status_update_event", 2'000'000'000);
  events.count_repeated();
  marathon_status link{.state = "back_off", .since_ns = 1'000'000'000, .url = "http://m1:8080"};
  link.callback_url = "http://hub:7702/events";
  link.address = "m1:8080";
  link.why_stream = "no";
  link.last_error = "m1:8080: timed out";
  link.last_error_ns = 3'000'000'000;
  link.errors = 1;
  link.interruptions = 2;
  link.heartbeats = 3;
  link.registrations = 4;
  link.refused_events = 5;
  CHECK(render_marathon(link, events) ==
        R"({"state":"back_off","since":"1970-01-01T00:00:01.000000000Z","url":"http://m1:8080",)"
        R"("callback_url":"http://hub:7702/events","address":"m1:8080","why_stream":"no",)"
        R"("last_event_at":"1970-01-01T00:00:02.000000000Z",)"
        R"("events":{"status_update_event":2,"deployment_info":1},"repeated_events":1,)"
        R"("refused_events":5,"interruptions":2,"registrations":4,"heartbeats":3,"errors":1,)"
        R"("last_error":"m1:8080: timed out","last_error_at":"1970-01-01T00:00:03.000000000Z"})"
        "\n");
}

TEST_CASE("without a Marathon the state is off") {
  CHECK(render_marathon(std::nullopt, event_counts()).starts_with(
      R"({"state":"off","since":null,"url":null,"callback_url":null,"address":null,)"));
}

TEST_CASE("events come while it is registered or streaming") {
  int up = 0;
  for (const std::string_view state : marathon_states) {
    up += marathon_status{.state = state}.is_up() ? 1 : 0;
  }
  CHECK(up == 2);
}

}  // namespace
}  // namespace logio::serve
