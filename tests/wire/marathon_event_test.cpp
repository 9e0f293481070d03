#include "logio/wire/marathon_event.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <vector>

#include "logio/record/time.hpp"
#include "wire/fields_json.hpp"

using namespace logio;
using namespace logio::wire;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::int64_t arrival_ns = 42;

marathon_event decoded(std::string_view json, marathon_decoder::options limits = {}) {
  marathon_event out;
  const auto wrong = marathon_decoder(limits).decode(json, "m1:8080", arrival_ns, out);
  INFO(json);
  INFO(wrong.value_or(""));
  REQUIRE_FALSE(wrong);
  CHECK(out.head.text_bytes == out.text.size());
  CHECK(out.head.fields_bytes == out.fields.size());
  CHECK_FALSE(record::check(out.topic));
  return out;
}

std::string refusal(std::string_view json) {
  marathon_event out;
  return marathon_decoder().decode(json, "m1", arrival_ns, out).value_or("(nothing is wrong)");
}

std::string fields_of(const marathon_event& e) {
  std::string out;
  if (!e.fields.empty()) append_fields_json_bytes(out, e.fields);
  return out;
}

}  // namespace

TEST_CASE("a Marathon event is a record of its app") {
  const std::string json =
      R"({"slaveId":"s-1","taskId":"shop.1","taskStatus":"TASK_FAILED","message":"it exited",)"
      R"("appId":"/shop/web","host":"agent-1","ports":[31776],"version":"v","eventType":)"
      R"("status_update_event","timestamp":"2015-09-30T12:44:45.681Z"})";
  const marathon_event e = decoded(json);
  CHECK(e.topic == record::topic{"shop/web", "marathon", "agent-1"});
  CHECK(e.of_app);
  CHECK(e.type == "status_update_event");
  CHECK(e.head.time_ns == record::parse_rfc3339("2015-09-30T12:44:45.681Z"));
  CHECK(e.head.severity == 17);
  CHECK(e.head.flags == 0);
  CHECK(e.text == json);
  CHECK(fields_of(e) == json);
}

TEST_CASE("an event that is of no app, host or time has Marathon's") {
  const marathon_event e = decoded(R"({"eventType":"scheduler_disconnected_event"})");
  CHECK(e.topic == record::topic{"marathon", "marathon", "m1:8080"});
  CHECK_FALSE(e.of_app);
  CHECK(e.head.time_ns == arrival_ns);
  CHECK(e.head.flags == record::arrival_time);
  CHECK(e.head.severity == 13);
}

TEST_CASE("an appId without a slash is the app, as old Marathons write it") {
  CHECK(decoded(R"({"appId":"myapp"})").topic.app == "myapp");
  CHECK(decoded(R"({"appId":"/myapp"})").topic.app == "myapp");
  CHECK(decoded(R"({"appId":"/a/b/c"})").topic.app == "a/b/c");
}

TEST_CASE("what cannot be a part of a topic is passed over and kept in the fields") {
  for (const char* app : {R"("")", R"("/")", R"("a\nb")", R"("[x]")", "7", "null", R"({"a":1})"}) {
    const marathon_event e = decoded(R"({"appId":)" + std::string(app) + R"(,"host":"a\u0000b"})");
    CHECK(e.topic == record::topic{"marathon", "marathon", "m1:8080"});
    CHECK_FALSE(e.of_app);
    CHECK_THAT(fields_of(e), StartsWith(R"({"appId":)" + std::string(app)));
  }
  const std::string json = R"({"appId":"/)" + std::string(256, 'x') + R"("})";
  CHECK(decoded(json).topic.app == "marathon");
  CHECK(decoded(R"({"appId":"/)" + std::string(255, 'x') + R"("})").topic.app ==
        std::string(255, 'x'));
}

TEST_CASE("severity follows from what happened") {
  struct row {
    std::string members;
    int severity;
  };
  const std::vector<row> rows = {
      {R"("eventType":"status_update_event","taskStatus":"TASK_RUNNING")", 9},
      {R"("eventType":"status_update_event","taskStatus":"TASK_KILLED")", 9},
      {R"("eventType":"status_update_event","taskStatus":"TASK_FINISHED")", 9},
      {R"("eventType":"status_update_event","taskStatus":"TASK_FAILED")", 17},
      {R"("eventType":"status_update_event","taskStatus":"TASK_LOST")", 17},
      {R"("eventType":"status_update_event","taskStatus":"TASK_ERROR")", 17},
      {R"("eventType":"status_update_event","taskStatus":"TASK_UNREACHABLE")", 13},
      {R"("eventType":"instance_changed_event","condition":"Failed")", 17},
      {R"("eventType":"instance_changed_event","condition":"Unreachable")", 13},
      {R"("eventType":"instance_changed_event","condition":"Running")", 9},
      {R"("eventType":"failed_health_check_event")", 13},
      {R"("eventType":"health_status_changed_event","alive":false)", 13},
      {R"("eventType":"health_status_changed_event","alive":true)", 9},
      {R"("eventType":"instance_health_changed_event","healthy":false)", 13},
      {R"("eventType":"instance_health_changed_event","healthy":null)", 9},
      {R"("eventType":"unhealthy_task_kill_event")", 17},
      {R"("eventType":"unhealthy_instance_kill_event")", 17},
      {R"("eventType":"unknown_instance_terminated_event")", 13},
      {R"("eventType":"group_change_success")", 9},
      {R"("eventType":"group_change_failed")", 17},
      {R"("eventType":"deployment_success")", 9},
      {R"("eventType":"deployment_failed")", 17},
      {R"("eventType":"deployment_step_failure")", 17},
      {R"("eventType":"app_terminated_event")", 9},
      {R"("eventType":"scheduler_disconnected_event")", 13},
      {R"("eventType":"something_new_event")", 9},
      {R"("eventType":7,"taskStatus":["TASK_FAILED"])", 9}};
  for (const row& r : rows) {
    INFO(r.members);
    CHECK(decoded("{" + r.members + "}").head.severity == r.severity);
  }
}

TEST_CASE("an event is one line, without the white space around it") {
  CHECK(decoded(" \r\n{\"a\": 1}\n").text == R"({"a": 1})");
  CHECK(decoded("{\n  \"a\" : \"x \\\" y\",\r\n\t\"b\": [ 1, {} ]\n}").text ==
        R"({"a":"x \" y","b":[1,{}]})");
}

TEST_CASE("any JSON value is an event") {
  for (const char* json : {"null", "true", "7", "-1.5e3", "\"x\"", "\"a,b\"", "[]", "[1,2]",
                           "[{\"a\":[1,2]},\"],\"]"}) {
    const marathon_event e = decoded(" " + std::string(json) + "\n");
    CHECK(e.text == json);
    CHECK(e.fields.empty());
    CHECK(e.type.empty());
    CHECK(e.topic == record::topic{"marathon", "marathon", "m1:8080"});
  }
  CHECK(decoded("{}").fields.empty());
}

TEST_CASE("what is no JSON is refused with the place") {
  CHECK(refusal("") == "not JSON: it is empty");
  CHECK(refusal(" \n") == "not JSON: it is empty");
  CHECK(refusal("{\"a\":1") == "not JSON: it is cut off");
  CHECK(refusal("[1,") == "not JSON: it is cut off");
  CHECK(refusal("\"x") == "not JSON: it is cut off");
  CHECK(refusal("{\"a\":1} x") == "not JSON: 'x' follows the value at byte 8");
  CHECK(refusal("1,\"a\":2") == "not JSON: ',' follows the value at byte 1");
  CHECK(refusal("[1],\"a\":2") == "not JSON: ',' follows the value at byte 3");
  CHECK(refusal("7}") == "not JSON: '}' follows the value at byte 1");
  CHECK_THAT(refusal("hello"), EndsWith("found 'h' at byte 0"));
  CHECK_THAT(refusal("  {\"a\":x}"), EndsWith("found 'x' at byte 7"));
  CHECK_THAT(refusal("7 7"), EndsWith("found '7' at byte 2"));
  CHECK_THAT(refusal("{'eventType': 1}"), EndsWith("at byte 1"));
  CHECK_THAT(refusal(std::string(80, '[') + std::string(80, ']')), StartsWith("not JSON: "));
}

TEST_CASE("a decoder goes on after a refusal") {
  marathon_decoder decoder;
  marathon_event out;
  for (int i = 0; i < 3; ++i) {
    CHECK(decoder.decode("{\"appId\":\"/a\",", "h", arrival_ns, out));
    REQUIRE_FALSE(decoder.decode(R"({"host":"h2"})", "h", arrival_ns, out));
    CHECK(out.topic == record::topic{"marathon", "marathon", "h2"});
    REQUIRE_FALSE(decoder.decode("[]", "h", arrival_ns, out));
    CHECK(out.topic.host == "h");
  }
}

TEST_CASE("an event over the line limit keeps its short fields") {
  const std::string json = R"({"eventType":"deployment_info","id":"d-1","plan":{"x":")" +
                           std::string(1000, 'p') + R"("},"message":")" + std::string(5000, 'm') +
                           R"("})";
  const marathon_event e = decoded(json, {.line_bytes_max = 100, .event_bytes_max = 10000});
  CHECK(e.head.flags == (record::cut_text | record::arrival_time));
  CHECK_THAT(e.text, StartsWith(json.substr(0, 60)));
  CHECK_THAT(e.text, EndsWith(" bytes]"));
  CHECK(e.text.size() <= 100);
  CHECK_THAT(fields_of(e), StartsWith(R"({"eventType":"deployment_info","id":"d-1","cut_bytes":)"));
  marathon_event ignored;
  CHECK(marathon_decoder({.line_bytes_max = 100, .event_bytes_max = 1000})
            .decode(json, "h", arrival_ns, ignored) ==
        std::to_string(json.size()) + " bytes of JSON; an event has at most 1000");
}

TEST_CASE("bytes that are not UTF-8 are no JSON") {
  // Else whoever asks for the events would get no JSON because of one of them.
  marathon_decoder decoder;
  marathon_event out;
  CHECK(decoder.decode(" \"\xff\"", "h", arrival_ns, out) ==
        "not JSON: byte 0xff at byte 2 is not UTF-8");
  for (const char* const json :
       {"{\"a\xc3\":1}", "\"\xed\xa0\x80\"", "\"\xe2\x82\"", "\xff", "1\xc0"}) {
    CHECK_THAT(decoder.decode(json, "h", arrival_ns, out).value_or(""), EndsWith("is not UTF-8"));
  }
  CHECK(decoded("\"\xc3\xa9\xf0\x9f\x98\x80\"").text == "\"\xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST_CASE("lone surrogates come through") {
  const std::string json = "{\"b\":\"\\ud800\"}";
  const marathon_event e = decoded(json);
  CHECK(e.text == json);
  CHECK(e.replaced_surrogates == 1);
}
