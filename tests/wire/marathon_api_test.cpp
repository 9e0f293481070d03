#include "logio/wire/marathon_api.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "wire/fields_json.hpp"

namespace logio::wire {
namespace {

using urls = std::vector<std::string>;

TEST_CASE("a list of subscriptions is read, or is none") {
  CHECK(read_callback_urls(R"({"callbackUrls":[]})") == urls{});
  CHECK(read_callback_urls(R"( {"x":[1],"callbackUrls" : [ "http://a/events" , "b\u002f\""]} )") ==
        urls{"http://a/events", "b/\""});
  for (const char* const no :
       {"", "[]", "{}", R"({"callbackUrls":null})", R"({"callbackUrls":"x"})",
        R"({"callbackUrls":[1]})", R"({"callbackUrls":[["x"]]})", R"({"callbackUrls":["x")",
        R"({"callbackUrls":["x"]} y)", "<html>"}) {
    INFO(no);
    CHECK_FALSE(read_callback_urls(no));
  }
  std::string many = R"({"callbackUrls":[)";
  for (int i = 0; i < 40'000; ++i) many += R"("http://host.example.org:7702/events",)";
  many.back() = ']';
  CHECK_FALSE(read_callback_urls(many + "}"));
}

TEST_CASE("a message of the API is one line") {
  CHECK(read_api_message(R"({"message":"no\nsuch thing"})") == "no such thing");
  CHECK(read_api_message(R"({"message":7})").empty());
  CHECK(read_api_message("Not Found").empty());
  CHECK(read_api_message(R"({"message":")" + std::string(4000, 'x') + "\"}").size() == 2048);
}

TEST_CASE("an interruption is a warning of Marathon's host, with its times as fields") {
  const marathon_event e = make_interruption(0, 1'500'000'000, "why \"so\"", "m1");
  CHECK(e.topic == record::topic{"marathon", "marathon", "m1"});
  CHECK(e.text == "Error L16 (events interrupted): no event of Marathon could be received from "
                  "1970-01-01T00:00:00.000 to 1970-01-01T00:00:01.500: why \"so\".");
  CHECK(e.head.time_ns == 1'500'000'000);
  CHECK(e.head.severity == 13);
  CHECK(e.head.text_bytes == e.text.size());
  CHECK(e.head.fields_bytes == e.fields.size());
  std::string fields;
  append_fields_json_bytes(fields, e.fields);
  CHECK(fields ==
        R"({"interrupted_from":"1970-01-01T00:00:00.000000000Z",)"
        R"("interrupted_to":"1970-01-01T00:00:01.500000000Z","reason":"why \"so\""})");
}

TEST_CASE("each type of event has a place, and one is for all others") {
  for (std::size_t i = 0; i + 1 < event_type_count(); ++i) {
    CHECK(event_type_index(event_type_name(i)) == i);
  }
  CHECK(event_type_name(event_type_index("my_event")) == "other");
  CHECK(event_type_name(event_type_index("")) == "other");
}

}  // namespace
}  // namespace logio::wire
