#include "logio/wire/publish_decoder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "decoding.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;
using status = publish_decoder::status;

namespace {

// One write() of the stock client each.
const std::string stock_topic = R"({"app":"myapp","proc":"web","host":"vm"})";
const std::string stock_record =
    R"({"time":"2026-11-21T01:45:53.955367001Z","raw":"2026/11/21 01:45:53 INFO hello 0 )"
    "\\u003ca\\u0026b\\u003e \xc3\xa9 \\\"q\\\"\\ttab\\n\"}";
constexpr std::int64_t stock_time_ns = 1'795'225'553'955'367'001;
const std::string stock_text =
    "2026/11/21 01:45:53 INFO hello 0 <a&b> \xc3\xa9 \"q\"\ttab";

publish_error only_error(const decoded& d) {
  REQUIRE(d.refusals.size() == 1);
  return d.refusals[0].error;
}

}  // namespace

TEST_CASE("the stock client's exact bytes become its topic and its line") {
  const decoded d = decode(stock_topic + stock_record + stock_record);
  REQUIRE(d.last == status::finished);
  CHECK(d.request.topic == record::topic{"myapp", "web", "vm"});
  CHECK(d.request.format == publish_request::framing::json);
  CHECK_FALSE(d.request.ack);
  CHECK(d.request.sequence == 1);
  REQUIRE(d.records.size() == 2);
  CHECK(d.records[0] == seen_record{stock_time_ns, stock_text, "", 0, 0});
  CHECK(d.records[1] == d.records[0]);
  CHECK(d.count.general_records == 0);
  CHECK(d.next_record == 3);
  CHECK(d.refusals.empty());
}

TEST_CASE("the general reader makes the same of the stock client's bytes") {
  const decoded d = decode(stock_topic + stock_record, {.fast_paths = false});
  REQUIRE(d.records.size() == 1);
  CHECK(d.records[0] == seen_record{stock_time_ns, stock_text, "", 0, 0});
  CHECK(d.count.general_records == 1);
}

TEST_CASE("a stream split at any byte decodes alike") {
  const std::string input = stock_topic + stock_record + " \r\n" +
                            R"({ "RAW" : "x\ud83d\ude00\n" , "severity":"warn","z":[1,{"y":null}],)"
                            R"("fields":{"a":[true,-1.5e3,"\u0000"]}})" +
                            stock_record;
  const decoded whole = decode(input);
  REQUIRE(whole.records.size() == 3);
  REQUIRE(whole.refusals.empty());
  for (std::size_t cut = 1; cut < input.size(); ++cut) {
    session s;
    s.feed(std::string_view(input).substr(0, cut));
    s.feed(std::string_view(input).substr(cut));
    const decoded d = s.finish();
    CAPTURE(cut);
    CHECK(d.records == whole.records);
    CHECK(d.refusals == whole.refusals);
  }
  CHECK(decode(input, {}, 1).records == whole.records);
}

TEST_CASE("a short stream split at any two bytes decodes alike") {
  const std::string json = R"({"app":"a"} {"raw":"\u00e9\n"}{"text":"\ud800\\"}{"time":"t"})";
  const std::string lines =
      "{\"app\":\"a\",\"format\":\"lines\",\"stamped\":true}\r\n1 a\r\n\n22 b";
  for (const std::string& input : {json, lines}) {
    const decoded whole = decode(input);
    for (std::size_t one = 0; one <= input.size(); ++one) {
      for (std::size_t two = one; two <= input.size(); ++two) {
        session s;
        s.feed(std::string_view(input).substr(0, one));
        s.feed(std::string_view(input).substr(one, two - one));
        s.feed(std::string_view(input).substr(two));
        const decoded d = s.finish();
        CAPTURE(input, one, two);
        REQUIRE(d.records == whole.records);
        REQUIRE(d.refusals == whole.refusals);
        REQUIRE(d.last == whole.last);
      }
    }
  }
}

TEST_CASE("whatever does not begin with an object is refused at its first byte") {
  for (const std::string input : {"GET / HTTP/1.1", "[1]", "\x16\x03\x01", "*3\r\n", "\"x\""}) {
    session s;
    s.feed(" \r\n\t");
    CHECK(s.so_far().last == status::need_more);
    s.feed(input.substr(0, 1));
    CAPTURE(input);
    CHECK(s.so_far().last == status::failed);
    const decoded d = s.finish();
    CHECK(only_error(d) == publish_error::bad_json);
    CHECK(d.refusals[0].closes);
    CHECK(d.refusals[0].record == 0);
    CHECK(d.refusals[0].message.find("expected '{'") != std::string::npos);
    CHECK(d.refusals[0].message.find("byte 4") != std::string::npos);
  }
}

TEST_CASE("the topic object's keys come in any case and order, the last value counts") {
  const decoded d = decode(
      R"({"HOST":"h","x":[{"app":"no"}],"App":"first","ACK":true,"aPP":"a","Sequence":7,)"
      R"("client":"c-1","proc":null,"token":"t"})");
  REQUIRE(d.has_topic);
  CHECK(d.request.topic == record::topic{"a", "", "h"});
  CHECK(d.request.ack);
  CHECK(d.request.client == "c-1");
  CHECK(d.request.sequence == 7);
  CHECK(d.next_record == 7);
}

TEST_CASE("an illegal topic is refused with the key and closes") {
  const auto [object, word] = GENERATE(table<std::string, std::string>({
      {R"({})", "app is missing"},
      {R"({"app":null})", "app is missing"},
      {R"({"app":""})", "app is empty"},
      {R"({"app":1})", "app: expected a string, found a number"},
      {R"({"app":{"a":1}})", "app: expected a string, found an object"},
      {R"({"app":"a","proc":["x"]})", "proc: expected a string, found an array"},
      {R"({"app":"a","host":"x\ny"})", "host has a control character (0x0a) at byte 1"},
      {R"({"app":"a[1]"})", "app has a '['"},
      {R"({"app":"a","ack":"yes"})", "ack: expected a boolean, found a string"},
      {R"({"app":"a","format":"xml"})", "format: expected \"json\" or \"lines\", found \"xml\""},
      {R"({"app":"a","client":""})", "client has 0 characters"},
      {R"({"app":"a","sequence":0})", "sequence: expected a whole number"},
      {R"({"app":"a","sequence":1.5})", "sequence: expected a whole number"},
      {R"({"app":"a","sequence":18446744073709551616})", "sequence: expected a whole number"},
      {R"({"app":"a","stamped":true})", "stamped goes with"},
      {R"({"app":")" + std::string(256, 'a') + "\"}", "app has 256 bytes"},
      {R"({"app":")" + std::string(5000, 'a') + "\"}", "app has 5000 bytes"},
      {R"({"app":"a","client":")" + std::string(65, 'c') + "\"}", "client has 65 characters"},
      {"{\"app\":\"a\xff\"}", "app is not UTF-8 at byte 1"},
  }));
  const decoded d = decode(object);
  CAPTURE(object);
  CHECK(d.last == status::failed);
  CHECK_FALSE(d.has_topic);
  CHECK(only_error(d) == publish_error::bad_topic);
  CHECK(d.refusals[0].closes);
  CHECK(d.refusals[0].record == 0);
  CHECK_THAT(d.refusals[0].message, Catch::Matchers::ContainsSubstring(word));
}

TEST_CASE("a topic object without end is refused at its limit") {
  session s({.topic_bytes_max = 1000});
  s.feed("{\"app\":\"a\",\"x\":\"");
  for (int i = 0; i < 200 && s.so_far().last != status::failed; ++i) s.feed("0123456789");
  const decoded d = s.finish();
  CHECK(only_error(d) == publish_error::too_long);
  CHECK(d.carried_bytes_max < 8192);
}

TEST_CASE("a record without time has its arrival, nothing is carried over from the one before") {
  const decoded d = decode_record(
      R"({"time":"2016-12-06T22:14:21Z","raw":"one","severity":3,"fields":{"a":1}})"
      R"({"raw":"two"}{})");
  REQUIRE(d.records.size() == 2);
  CHECK(d.records[0].time_ns == 1'481'062'461'000'000'000);
  CHECK(d.records[0].severity == 3);
  CHECK(d.records[1] == seen_record{arrival_ns, "two", "", 0, record::arrival_time});
  CHECK(only_error(d) == publish_error::bad_record);
  CHECK(d.refusals[0].record == 3);
  CHECK_FALSE(d.refusals[0].closes);
}

TEST_CASE("raw wins over text, null is as absent, of a repeated key the last value counts") {
  CHECK(decode_record(R"({"raw":"r","text":"t"})").texts() == std::vector<std::string>{"r"});
  CHECK(decode_record(R"({"text":"t","raw":"r"})").texts() == std::vector<std::string>{"r"});
  CHECK(decode_record(R"({"text":"t","raw":null})").texts() == std::vector<std::string>{"t"});
  CHECK(decode_record(R"({"raw":"a","RAW":"b"})").texts() == std::vector<std::string>{"b"});
  CHECK(decode_record(R"({"raw":"a","raw":null})").texts() == std::vector<std::string>{"a"});
  CHECK(decode_record(R"({"\u0072aw":"a"})").texts() == std::vector<std::string>{"a"});
  CHECK(decode_record(R"({"time":null,"raw":"a","severity":null,"fields":null})").records ==
        std::vector<seen_record>{{arrival_ns, "a", "", 0, record::arrival_time}});
}

TEST_CASE("a wrong value refuses its record with key and reason, the next record is taken") {
  const auto [object, error, word] = GENERATE(table<std::string, publish_error, std::string>({
      {R"({"time":"bad","raw":"x"})", publish_error::bad_time, "time: \"bad\" is no RFC 3339"},
      {R"({"time":5,"raw":"x"})", publish_error::bad_time, "time: expected a string"},
      {R"({"time":"2016-02-30T00:00:00Z","raw":"x"})", publish_error::bad_time, "02-30"},
      {R"({"raw":1})", publish_error::bad_record, "raw: expected a string, found a number"},
      {R"({"raw":{"a":1}})", publish_error::bad_record, "raw: expected a string, found an object"},
      {R"({"text":true})", publish_error::bad_record, "text: expected a string, found a boolean"},
      {R"({"x":"y"})", publish_error::bad_record, "neither raw nor text"},
      {R"({"raw":"x","severity":25})", publish_error::bad_record, "severity: 25 is neither"},
      {R"({"raw":"x","severity":0})", publish_error::bad_record, "severity: 0 is neither"},
      {R"({"raw":"x","severity":"loud"})", publish_error::bad_record, "severity: \"loud\""},
      {R"({"raw":"x","severity":[]})", publish_error::bad_record, "severity: expected"},
      {R"({"raw":"x","fields":[]})", publish_error::bad_record, "fields: expected an object"},
      {R"({"raw":"x","fields":"y"})", publish_error::bad_record, "fields: expected an object"},
      {R"({"raw":"x","fields":{"a":1e999}})", publish_error::bad_record, "fields: "},
      {"{\"raw\":\"a\nb\"}", publish_error::bad_json, "control character (0x0a)"},
      {R"({"raw":"a\xb"})", publish_error::bad_json, "backslash stands before 'x'"},
      {R"({"raw":"\u12g4"})", publish_error::bad_json, "four hex digits, found 'g'"},
      {R"({"raw":"\u12"})", publish_error::bad_json, "four hex digits, found '\"'"},
      {R"({"raw":"x","other":"\q"})", publish_error::bad_json, "backslash stands before 'q'"},
  }));
  const decoded d = decode_record(object + stock_record);
  CAPTURE(object);
  CHECK(only_error(d) == error);
  CHECK(d.refusals[0].record == 1);
  CHECK_FALSE(d.refusals[0].closes);
  CHECK_THAT(d.refusals[0].message, Catch::Matchers::ContainsSubstring(word));
  CHECK(d.texts() == std::vector<std::string>{stock_text});
  CHECK(d.next_record == 3);
  CHECK(d.count.refused == 1);
}

TEST_CASE("broken structure loses the framing: the place is named and nothing more is read") {
  const auto [object, word] = GENERATE(table<std::string, std::string>({
      {R"({"raw" "x"})", "expected ':', found '\"' at byte 47"},
      {R"({"raw":"x",})", "expected a key in quotes, found '}' at byte 51"},
      {R"({"raw":"x"]})", "expected ',' or '}', found ']' at byte 50"},
      {R"({"a":[1}})", "expected ',' or ']', found '}'"},
      {R"({"a":[1,]})", "expected a value, found ']'"},
      {R"({"a":tru})", "expected true, false or null, found '}'"},
      {R"({"a":01})", "expected ',' or '}', found '1'"},
      {R"({"a":-})", "expected a digit, found '}'"},
      {R"({"a":1.})", "expected a digit, found '}'"},
      {R"({"a":1e+})", "expected a digit, found '}'"},
      {R"({"a":+1})", "expected a value, found '+'"},
      {R"({a:1})", "expected a key in quotes or '}', found 'a'"},
      {R"([1])", "expected '{' of a record, found '[' at byte 40"},
      {R"(,)", "expected '{' of a record, found ','"},
      {R"({"a":)" + std::string(64, '[') , "expected at most 64 levels of nesting"},
  }));
  const decoded d = decode_record(object + stock_record);
  CAPTURE(object);
  CHECK(d.last == status::failed);
  CHECK(only_error(d) == publish_error::bad_json);
  CHECK(d.refusals[0].closes);
  CHECK(d.refusals[0].record == 1);
  CHECK_THAT(d.refusals[0].message, Catch::Matchers::ContainsSubstring(word));
  CHECK(d.records.empty());
}

TEST_CASE("63 levels below the record are taken") {
  const std::string deep = std::string(63, '[') + std::string(63, ']');
  CHECK(decode_record(R"({"raw":"x","a":)" + deep + "}").texts() ==
        std::vector<std::string>{"x"});
}

TEST_CASE("input that ends inside a value is reported") {
  CHECK_THAT(decode("{\"app\":").refusals.at(0).message,
             Catch::Matchers::ContainsSubstring("ends at byte 7 inside the topic object"));
  const decoded d = decode_record(R"({"raw":"x)");
  CHECK(d.last == status::failed);
  CHECK_THAT(d.refusals.at(0).message,
             Catch::Matchers::ContainsSubstring("ends at byte 49 inside a record"));
  CHECK(decode("").last == status::finished);
  CHECK(decode(topic + " \n").last == status::finished);
}

TEST_CASE("refusals are bounded: the decoder waits until they are taken") {
  publish_decoder decoder;
  record::batch_builder batch(65536);
  std::string input = topic;
  for (int i = 0; i < 100; ++i) input += "{}";
  std::string_view rest = input;
  auto p = decoder.feed(rest, batch);
  REQUIRE(p.state == status::topic_ready);
  rest.remove_prefix(p.consumed);
  p = decoder.feed(rest, batch);
  CHECK(p.state == status::batch_full);
  CHECK(decoder.refusals().size() == 64);
  rest.remove_prefix(p.consumed);
  CHECK(decoder.feed(rest, batch).consumed == 0);
  decoder.clear_refusals();
  p = decoder.feed(rest, batch);
  CHECK(p.state == status::need_more);
  CHECK(decoder.refusals().size() == 36);
  CHECK(decoder.next_record() == 101);
}

TEST_CASE("a batch keeps its maximum unless one record alone is larger") {
  const std::string small = R"({"raw":")" + std::string(900, 'a') + "\"}";
  const std::string large = R"({"raw":")" + std::string(9000, 'b') + "\"}";
  const std::string input = topic + small + small + large + small + stock_record + large;
  for (const bool fast : {true, false}) {
    for (const std::size_t read : {std::size_t{1}, std::size_t{700}, SIZE_MAX}) {
      const decoded d = decode(input, {.fast_paths = fast}, read, 4096);
      REQUIRE(d.records.size() == 6);
      CHECK(d.batch_bytes_max == record::stored_bytes(9000, 0));
      CHECK(d.records[2].text == std::string(9000, 'b'));
    }
  }
}

TEST_CASE("a record over the room of the ring is refused and the next one is taken") {
  publish_decoder::options limits;
  limits.record_bytes_max = 4096;
  const std::string fields = R"({"raw":"x","fields":{"k":")" + std::string(4096, 'y') + "\"}}";
  const decoded d = decode(stock_topic + fields + stock_record, limits);
  CHECK(only_error(d) == publish_error::too_long);
  REQUIRE(d.records.size() == 1);
  CHECK(d.records[0].text == stock_text);
}

TEST_CASE("records that the hub has already are numbered and not added") {
  for (const bool fast : {true, false}) {
    session s({.fast_paths = fast}, 65536, 11);
    s.feed(R"({"app":"a","client":"c","ack":true,"sequence":10})");
    s.feed(R"({"raw":"10"}{"raw":5}{"raw":"12"}{"raw":"13"})");
    const decoded d = s.finish();
    CHECK(d.texts() == std::vector<std::string>{"12", "13"});
    CHECK(d.refusals.empty());
    CHECK(d.count.skipped == 2);
    CHECK(d.next_record == 14);
  }
}

TEST_CASE("an idle connection owns nothing") {
  session s;
  s.feed(topic + R"({"severity":1,"raw":"general"})");
  CHECK(s.decoder().carried_bytes() == 0);
  CHECK_FALSE(s.decoder().inside_value());
  s.feed(R"({"raw":"general)");
  CHECK(s.decoder().carried_bytes() > 0);
  CHECK(s.decoder().inside_value());
  s.feed("\"}");
  CHECK(s.decoder().carried_bytes() == 0);
}

TEST_CASE("records bring their own numbers on a numbered connection") {
  const std::string topic = R"({"app":"a","ack":true,"client":"c","sequence":5,"numbered":true})";
  const auto with = [](std::string_view number, std::string_view text) {
    return R"({"raw":")" + std::string(text) + R"(","sequence":)" + std::string(number) + "}";
  };
  SECTION("gaps are legal, and one without a number follows its neighbour") {
    const decoded d = decode(topic + with("7", "a") + R"({"raw":"b"})" + with("9", "c") +
                             stock_record + with("4611686018427387904", "d"));
    CHECK(d.refusals.empty());
    CHECK(d.records.size() == 5);
    CHECK(d.next_record == 4611686018427387905u);
  }
  SECTION("a number that was passed, or is none, is refused, and the next ones are taken") {
    const decoded d = decode(topic + with("7", "a") + with("7", "b") + with("\"9\"", "c") +
                             with("1.5", "d") + with("9223372036854775808", "e") +
                             with("20", "f"));
    REQUIRE(d.refusals.size() == 4);
    for (const seen_refusal& r : d.refusals) CHECK(r.error == publish_error::bad_record);
    CHECK(d.refusals[0].record == 8);
    CHECK(d.refusals[0].message == "sequence: expected a whole number from 8 on");
    CHECK(d.records.size() == 2);
    CHECK(d.next_record == 21);
  }
  SECTION("what the hub has is skipped by its number") {
    publish_decoder decoder;
    record::batch_builder batch(1 << 16);
    const auto first = decoder.feed(topic, batch);
    CHECK(first.state == status::topic_ready);
    decoder.skip_through(10);
    const std::string records = with("7", "a") + with("10", "b") + with("12", "c") + stock_record;
    CHECK(decoder.feed(records, batch).consumed == records.size());
    CHECK(decoder.count().skipped == 2);
    CHECK(batch.count() == 2);
    CHECK(decoder.next_record() == 14);
  }
  SECTION("elsewhere the key means nothing") {
    const decoded d = decode(R"({"app":"a"})" + with("7", "a") + with("\"x\"", "b"));
    CHECK(d.refusals.empty());
    CHECK(d.next_record == 3);
  }
  SECTION("lines have no place for it") {
    const decoded d = decode(R"({"app":"a","format":"lines","numbered":true})");
    CHECK(only_error(d) == publish_error::bad_topic);
  }
}
