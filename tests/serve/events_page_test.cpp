#include "serve/events_page.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace logio::serve {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t now_ns = 1'000'000 * second_ns;

std::vector<std::string> chosen_events(std::string_view query) {
  std::vector<event_ptr> all;
  std::int64_t n = 0;
  for (const char* app : {"shop", "bank", "marathon"}) {
    for (const char* type : {"status_update_event", "deployment_info", ""}) {
      all.push_back(std::make_shared<const stored_event>(
          stored_event{std::to_string(n), app, type, now_ns - (9 - n) * second_ns}));
      ++n;
    }
  }
  std::vector<std::string> out;
  const events_request asked = parse_events_request(query, {}, now_ns).value();
  for (const event_ptr& e : choose_events(std::move(all), asked)) out.push_back(e->json);
  return out;
}

using event_numbers = std::vector<std::string>;

TEST_CASE("events are chosen by app, type, time and number") {
  CHECK(chosen_events("").size() == 9);
  CHECK(chosen_events("app=shop") == event_numbers{"0", "1", "2"});
  CHECK(chosen_events("app=shop|bank&type=status.*") == event_numbers{"0", "3"});
  CHECK(chosen_events("app=shop&app=bank&type=deployment_info") == event_numbers{"1", "4"});
  CHECK(chosen_events("type=^$") == event_numbers{"2", "5", "8"});
  CHECK(chosen_events("since=3s") == event_numbers{"6", "7", "8"});
  CHECK(chosen_events("n=2") == event_numbers{"7", "8"});
  CHECK(chosen_events("n=2&app=bank") == event_numbers{"4", "5"});
  CHECK(chosen_events("n=0").empty());
  CHECK(chosen_events("&&n=1&") == event_numbers{"8"});
}

TEST_CASE("an event of a stream has its type and each line of its JSON") {
  const auto sent = [](std::string json, std::string type) {
    std::string out;
    append_event(out, {std::move(json), "", std::move(type), 0});
    return out;
  };
  CHECK(sent(R"({"a":1})", "x_event") == "event: x_event\ndata: {\"a\":1}\n\n");
  CHECK(sent("7", "") == "data: 7\n\n");
  CHECK(sent("{\r\n\"a\":\n\r1}", "") == "data: {\ndata: \"a\":\ndata: \ndata: 1}\n\n");
  CHECK(sent("7", "a\nb") == "data: 7\n\n");
}

TEST_CASE("what else is asked of events is refused by the name that it has here") {
  const auto refused = [](std::string_view query) {
    return parse_events_request(query, {}, now_ns).error();
  };
  for (const char* name : {"proc", "tail", "until", "format", "%6e", "host", "log"}) {
    CHECK(refused(std::string(name) + "=1").code == request_fault::unknown_parameter);
    CHECK(refused("n=1&" + std::string(name) + "=1").parameter == name);
  }
  CHECK(refused("type=(").parameter == "type");
  CHECK(refused("n=1&n=2").parameter == "n");
  CHECK(refused("n=-1").parameter == "n");
  CHECK(refused("since=tomorrow").parameter == "since");
  CHECK(refused("app=%zz").code == request_fault::bad_parameter);
  CHECK(refused("app=" + std::string(70'000, 'a')).status == 414);
}

}  // namespace
}  // namespace logio::serve
