#include "sink/kafka_message.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <map>

#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using logio::sink::testing::offered_records;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;

std::map<std::string, std::string> headers_of(const kafka_message& message) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < message.header_count; ++i) {
    out.emplace(message.headers[i].name, message.headers[i].value);
  }
  return out;
}

}  // namespace

TEST_CASE("a record is one ndjson object, keyed by its app, with its topic and time as headers") {
  offered_records offered(42);
  offered.add({"shop", "web", "h1"}, "hello", time_ns, 9);
  kafka_encoder encoder(kafka_format::json, true, {});
  byte_arena arena;
  const kafka_message message = encoder.encode(offered.items()[0], arena);
  CHECK(message.key == "shop");
  CHECK(message.timestamp_ms == 1'481'062'461'448);
  CHECK(message.value ==
        R"({"cursor":"0123456789abcdef-42","time":"2016-12-06T22:14:21.448123456Z",)"
        R"("arrived":"2016-12-06T22:14:21.448123456Z","app":"shop","proc":"web","host":"h1",)"
        R"("severity":9,"text":"hello"})");
  CHECK(headers_of(message) ==
        std::map<std::string, std::string>{{"app", "shop"}, {"proc", "web"}, {"host", "h1"},
                                           {"time", "2016-12-06T22:14:21.448123456Z"},
                                           {"severity", "9"}});
  CHECK(message.bytes() > message.value.size() + message.key.size());
}

TEST_CASE("text is the line of a stream without its newline") {
  offered_records offered;
  offered.add({"a", "", ""}, "one\ntwo", time_ns).add({"b", "p", "h"}, "", time_ns);
  kafka_encoder encoder(kafka_format::text, true, {});
  byte_arena arena;
  const kafka_message first = encoder.encode(offered.items()[0], arena);
  CHECK(first.value == "2016-12-06T22:14:21.448 a[] : one\n\ttwo");
  CHECK(headers_of(first) == std::map<std::string, std::string>{
                                 {"app", "a"}, {"time", "2016-12-06T22:14:21.448123456Z"}});
  const kafka_message second = encoder.encode(offered.items()[1], arena);
  CHECK(second.value == "2016-12-06T22:14:21.448 b[p] h: ");
  CHECK(first.value == "2016-12-06T22:14:21.448 a[] : one\n\ttwo");
}

TEST_CASE("gelf is what the encoder makes of it") {
  offered_records offered;
  offered.add({"a", "", ""}, "x", time_ns).add({"a", "", ""}, "yy", time_ns);
  kafka_encoder encoder(kafka_format::gelf, false, [](const item& one, std::string& out) {
    out.append("{").append(one.record.text()).append("}");
  });
  byte_arena arena;
  CHECK(encoder.encode(offered.items()[0], arena).value == "{x}");
  const kafka_message second = encoder.encode(offered.items()[1], arena);
  CHECK(second.value == "{yy}");
  CHECK(second.header_count == 0);
}

TEST_CASE("a time that Kafka does not know is its first") {
  offered_records offered;
  offered.add({"a", "", ""}, "x", 0).add({"a", "", ""}, "x", -5'000'000'000);
  kafka_encoder encoder(kafka_format::json, true, {});
  byte_arena arena;
  for (const item& one : offered.items()) CHECK(encoder.encode(one, arena).timestamp_ms == 1);
  CHECK(headers_of(encoder.encode(offered.items()[1], arena))["time"] ==
        "1969-12-31T23:59:55.000000000Z");
}

TEST_CASE("a topic that lies where another one lay in the call before is looked at anew") {
  kafka_encoder encoder(kafka_format::json, true, {});
  byte_arena arena;
  record::topic topic{"first", "", ""};
  offered_records offered;
  offered.add(topic, "x", time_ns);
  item moved = offered.items()[0];
  moved.topic = &topic;
  CHECK_THAT(std::string(encoder.encode(moved, arena).value),
             Catch::Matchers::ContainsSubstring(R"("app":"first")"));
  topic.app = "other";
  encoder.begin_call();
  CHECK_THAT(std::string(encoder.encode(moved, arena).value),
             Catch::Matchers::ContainsSubstring(R"("app":"other")"));
}

TEST_CASE("formats have their names, and json is the default") {
  CHECK(parse_kafka_format("") == kafka_format::json);
  CHECK(parse_kafka_format("json") == kafka_format::json);
  CHECK(parse_kafka_format("gelf") == kafka_format::gelf);
  CHECK(parse_kafka_format("text") == kafka_format::text);
  CHECK_FALSE(parse_kafka_format("ndjson"));
}
