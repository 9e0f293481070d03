#include "logio/wire/body_decoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <simdjson.h>

#include <random>

#include "body_decoding.hpp"
#include "mutation.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

using strings = std::vector<std::string>;

const std::string stock = R"({"time":"2016-12-06T22:14:21Z","raw":"s\n"})";

decoded_body ndjson(std::string_view body, std::size_t read_bytes = SIZE_MAX) {
  return decode_body(body, body_of(body_format::ndjson), read_bytes);
}

decoded_body json(std::string_view body, std::size_t read_bytes = SIZE_MAX) {
  return decode_body(body, body_of(body_format::json), read_bytes);
}

void check_same(const decoded_body& a, const decoded_body& b) {
  CHECK(a.records == b.records);
  CHECK(a.refused() == b.refused());
  CHECK(a.failed == b.failed);
}

}  // namespace

TEST_CASE("lines are records of the request's topic, the last one may lack its end") {
  const auto d = decode_body("one\r\n\ntwo\nlast", body_of(body_format::lines));
  CHECK(d.texts() == strings{"one", "", "two", "last"});
  CHECK(d.records[0].topic == "a/p/h");
  CHECK(d.refusals.empty());
  CHECK(d.topics_asked == 1);
  CHECK(decode_body("", body_of(body_format::lines)).records.empty());
}

TEST_CASE("stamped lines without a stamp are refused by their line number") {
  auto how = body_of(body_format::lines);
  how.stamped = true;
  const auto d = decode_body("1 one\nno\n2 two\n\n3 three", how);
  CHECK(d.texts() == strings{"one", "two", "three"});
  CHECK(d.refused() == strings{"2 bad_time", "4 bad_time"});
}

TEST_CASE("one line is one record; a bad one is refused and the next one goes on") {
  const auto d = ndjson(stock + "\n" + R"({"raw":"two"})" + "\r\n" +
                        "\n  \t\n"          // lines 3 and 4: passed over
                        "{\"raw\":\"cut\n"  // 5
                        "no json\n"         // 6
                        "[1]\n"             // 7
                        "{\"raw\":1}\n"     // 8
                        "{}\n"              // 9
                        "{\"raw\":\"x\"} {\"raw\":\"y\"}\n"  // 10
                        + stock + stock + "\n"               // 11
                        + stock + " \n" + stock + "x\n" +    // 12, 13
                        R"({"time":"no","raw":"x"})" "\n"    // 14
                        R"({"raw":"last"})");                // 15
  CHECK(d.texts() == strings{"s", "two", "s", "last"});
  CHECK(d.refused() == strings{"5 bad_json", "6 bad_json", "7 bad_json", "8 bad_record",
                               "9 bad_record", "10 bad_json", "11 bad_json", "13 bad_json",
                               "14 bad_time"});
  CHECK_FALSE(d.failed);
  CHECK_THAT(d.refusals[0].message, ContainsSubstring("ends at byte 11 inside a record"));
  CHECK_THAT(d.refusals[1].message, ContainsSubstring("found 'n' at byte 0 of the line"));
  CHECK_THAT(d.refusals[5].message, ContainsSubstring("found '{' at byte 12 of the line"));
}

TEST_CASE("a last line that is cut off is refused") {
  CHECK(ndjson(stock + "\n{\"raw\":\"x").refused() == strings{"2 bad_json"});
  CHECK(ndjson(" \n \t").refusals.empty());
}

TEST_CASE("an ndjson line over the limit is passed over in bounded memory") {
  auto how = body_of(body_format::ndjson);
  how.limits.object_bytes_max = 1000;
  body_session s(how);
  s.feed(stock + "\n{\"raw\":\"");
  for (int i = 0; i < 1000; ++i) s.feed(std::string(1000, 'x'));
  s.feed("\"}\n" + stock);
  const auto d = s.finish();
  CHECK(d.texts() == strings{"s", "s"});
  CHECK(d.refused() == strings{"2 too_long"});
  CHECK(d.carried_bytes_max < 8192);
}

TEST_CASE("json comes as one object, as several, or as one array") {
  CHECK(json(R"({"raw":"x"})").texts() == strings{"x"});
  CHECK(json(stock + stock + " \n{\n \"text\"\n:\"y\"}\n\n").texts() == strings{"s", "s", "y"});
  CHECK(json(" [ " + stock + "\n,\n{\"raw\":\"y\"} ] \n").texts() == strings{"s", "y"});
  CHECK(json("[]").records.empty());
  CHECK_FALSE(json("[]").failed);
  CHECK_FALSE(json("").failed);
  CHECK_FALSE(json(" \n").failed);
}

TEST_CASE("broken json ends the framing and names the line") {
  const auto [body, texts, refused, word] =
      GENERATE(table<std::string, strings, std::string, std::string>({
          {stock + "\n\n{\"raw\":\n\"x\" y}" + stock, {"s"}, "4 bad_json", "found 'y'"},
          {stock + "\n,", {"s"}, "2 bad_json", "expected '{' of a record, found ','"},
          {"[" + stock + stock, {"s"}, "1 bad_json", "expected ',' or ']', found '{'"},
          {"[,]", {}, "1 bad_json", "expected '{' of a record, found ','"},
          {"[" + stock + ",]", {"s"}, "1 bad_json", "expected '{' of a record, found ']'"},
          {"[]\n[]", {}, "2 bad_json", "expected the end of the body, found '['"},
          {"[" + stock + "]" + stock, {"s"}, "1 bad_json", "expected the end of the body"},
          {"[" + stock, {"s"}, "1 bad_json", "ends at byte 44 inside its array"},
          {stock + "\n{\"raw\":\"x\"", {"s"}, "2 bad_json", "inside a record"},
          {"7", {}, "1 bad_json", "expected '{' of a record, found '7'"},
          {"[7]", {}, "1 bad_json", "expected '{' of a record, found '7'"},
      }));
  for (const std::size_t read : {std::size_t{1}, SIZE_MAX}) {
    const auto d = json(body, read);
    CAPTURE(body, read);
    CHECK(d.failed);
    CHECK(d.texts() == texts);
    CHECK(d.refused() == strings{refused});
    CHECK_THAT(d.refusals.at(0).message, ContainsSubstring(word));
  }
}

TEST_CASE("a refused json record names the line that it begins in") {
  const auto d = json("{\"raw\":\"x\"}\n\n{\n\"raw\":\n1}\n" + stock + "\n{}");
  CHECK(d.texts() == strings{"x", "s"});
  CHECK(d.refused() == strings{"3 bad_record", "7 bad_record"});
}

TEST_CASE("a json record over the limit is refused, the next one is taken") {
  auto how = body_of(body_format::json);
  how.limits.object_bytes_max = 1000;
  const auto d = decode_body(R"({"raw":")" + std::string(1000, 'x') + "\"}" + stock, how, 64);
  CHECK(d.texts() == strings{"s"});
  CHECK(d.refused() == strings{"1 too_long"});
}

TEST_CASE("a record's own app, proc and host win over the request's, each by itself") {
  const auto d = ndjson(R"({"raw":"1"})" "\n"
                        R"({"raw":"2","app":"b"})" "\n"
                        R"({"raw":"3","APP":"b","proc":""})" "\n"
                        R"({"raw":"4","app":"b","proc":null,"host":"x"})" "\n"
                        R"({"raw":"5"})" "\n" + stock);
  const std::vector<body_record> expected = {{"a/p/h", "1"}, {"b/p/h", "2"}, {"b//h", "3"},
                                             {"b/p/x", "4"}, {"a/p/h", "5"}, {"a/p/h", "s"}};
  CHECK(d.records == expected);
  CHECK(d.topics_asked == 5);
}

TEST_CASE("a record without any app, or with an illegal value, is refused with what to do") {
  const auto d = decode_body(
      R"({"raw":"1"})" "\n"
      R"({"raw":"2","app":"b"})" "\n"
      R"({"raw":"3","app":""})" "\n"
      R"({"raw":"4","app":7})" "\n"
      R"({"raw":"5","app":"[x]"})" "\n"
      R"({"raw":"6","app":"b","host":")" + std::string(300, 'h') + "\"}\n" + stock,
      body_of(body_format::ndjson, ""));
  CHECK(d.texts() == strings{"2"});
  CHECK(d.refused() == strings{"1 bad_topic", "3 bad_topic", "4 bad_topic", "5 bad_topic",
                               "6 bad_topic", "7 bad_topic"});
  CHECK_THAT(d.refusals[0].message, ContainsSubstring("?app="));
  CHECK_THAT(d.refusals[1].message, ContainsSubstring("app is empty"));
  CHECK_THAT(d.refusals[2].message, ContainsSubstring("expected a string, found a number"));
  CHECK_THAT(d.refusals[4].message, ContainsSubstring("host has 300 bytes"));
}

TEST_CASE("a topic that cannot be opened refuses its records only") {
  for (const body_format format : {body_format::ndjson, body_format::json}) {
    body_session s(body_of(format), {"b/p/h"});
    s.feed(R"({"raw":"1"})" "\n" R"({"raw":"2","app":"b"})" "\n" R"({"raw":"3","app":"b"})" "\n"
           R"({"raw":"4"})" "\n");
    const auto d = s.finish();
    CHECK(d.texts() == strings{"1", "4"});
    CHECK(d.refused() == strings{"2 too_many_topics", "3 too_many_topics"});
  }
}

TEST_CASE("what a stream gave can be posted as a body") {
  const auto d = ndjson(
      R"({"cursor":"0123456789abcdef-7","time":"2016-12-06T22:14:21.448123456Z",)"
      R"("arrived":"2016-12-06T22:14:21.5Z","app":"b","proc":"web","host":"i-1","severity":9,)"
      R"("text":"hi\nthere","fields":{"a":[1]}})");
  CHECK(d.records == std::vector<body_record>{{"b/web/i-1", "hi\nthere"}});
}

TEST_CASE("refusals of a body are bounded: the decoder waits until they are taken") {
  body_decoder decoder(body_of(body_format::ndjson));
  record::batch_builder batch(65536);
  std::string bad;
  for (int i = 0; i < 100; ++i) bad += "x\n";
  const auto first = decoder.feed(bad, batch);
  CHECK(first.state == body_decoder::status::batch_full);
  CHECK(decoder.refusals().size() == 64);
  CHECK(decoder.feed(std::string_view(bad).substr(first.consumed), batch).consumed == 0);
  decoder.clear_refusals();
  const auto second = decoder.feed(std::string_view(bad).substr(first.consumed), batch);
  CHECK(second.state == body_decoder::status::need_more);
  CHECK(decoder.refusals().back().record == 100);
}

TEST_CASE("a body split at any byte decodes alike") {
  const std::string lines = stock + "\r\n" + R"({"raw":"\u00e9","app":"b"})" "\n \n{]\n" +
                            R"({"raw":"x"}{)" "\n" + stock + "\n" R"({"raw":"l"})";
  const std::string objects = "[" + stock + ",\n" + R"({"raw":"\u00e9","app":"b"} ,{"raw":1})" +
                              "\n,{\"raw\":\"\"}]\n]";
  for (const body_format format : {body_format::ndjson, body_format::json}) {
    const std::string& body = format == body_format::ndjson ? lines : objects;
    const auto whole = decode_body(body, body_of(format));
    CHECK(whole.records.size() >= 3);
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      body_session s(body_of(format));
      s.feed(std::string_view(body).substr(0, cut));
      s.feed(std::string_view(body).substr(cut));
      CAPTURE(cut);
      check_same(s.finish(), whole);
    }
    check_same(decode_body(body, body_of(format), 1), whole);
  }
}

namespace {

// The same by a parser of whole lines: simdjson says what is an object, and what its texts are.
decoded_body reference_of_ndjson(const std::string& body) {
  decoded_body out;
  simdjson::dom::parser parser;
  std::uint64_t line = 0;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const std::string text = body.substr(at, end - at);
    at = end + 1;
    ++line;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    simdjson::dom::object object;
    if (parser.parse(text).get(object) != simdjson::SUCCESS) {
      out.refusals.push_back({line, "bad_json", ""});
      continue;
    }
    std::string_view app = "a", raw;
    if (object["app"].get(app) != simdjson::SUCCESS) app = "a";
    if (object["raw"].get(raw) != simdjson::SUCCESS) {
      out.refusals.push_back({line, "bad_record", ""});
      continue;
    }
    if (app.empty()) {
      out.refusals.push_back({line, "bad_topic", ""});
      continue;
    }
    if (raw.ends_with("\r\n")) {
      raw.remove_suffix(2);
    } else if (raw.ends_with("\n")) {
      raw.remove_suffix(1);
    }
    out.records.push_back({std::string(app) + "/p/h", std::string(raw)});
  }
  return out;
}

std::string random_ndjson(std::mt19937& random) {
  std::string body;
  for (std::size_t lines = below(random, 40); lines > 0; --lines) {
    switch (below(random, 8)) {
      case 0:
        body += one_of(random, {"", " \t", "{", "nonsense", "{}", "[]", "{\"raw\":1}"});
        break;
      case 1: body += R"({"raw":"t","app":")" + std::string(below(random, 3), 'b') + "\"}"; break;
      case 2: body += R"({"raw":"x"} )" + std::string(one_of(random, {"", "x", "{}"})); break;
      case 3:
        body += R"({"raw":"cut)";
        break;
      default:
        body += R"({"time":"2026-11-21T01:45:53.9Z","raw":")";
        body += one_of(random, {"", "plain", "\\u00e9\\n", "\\ud83d\\ude00", "a\\nb\\r\\n",
                                "\xc3\xa9"});
        body.append(below(random, 60), 'y') += "\"}";
    }
    body += one_of(random, {"\n", "\n", "\n", "\r\n"});
  }
  return body;
}

}  // namespace

TEST_CASE("random ndjson with garbage, split anywhere, gives what a naive reader gives") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2000; ++round) {
    const std::string body = random_ndjson(random);
    auto how = body_of(body_format::ndjson);
    how.limits.fast_paths = below(random, 4) != 0;
    const auto d = decode_body(body, how, 1 + below(random, 200), 4096);
    const auto expected = reference_of_ndjson(body);
    CAPTURE(body);
    REQUIRE(d.records == expected.records);
    REQUIRE(d.refused() == expected.refused());
  }
}

TEST_CASE("random json is decoded alike with and without the fast path, whole and split") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string body;
    const bool array = below(random, 2) == 0;
    for (std::size_t records = below(random, 12); records > 0; --records) {
      body += (array && !body.empty() ? "," : "") + stock_record(random);
      if (below(random, 3) == 0) body += one_of(random, {"\n", " ", "\r\n\t"});
    }
    if (array) body = "[" + body + "]";
    if (below(random, 2) == 0) mutate(body, random);
    auto how = body_of(body_format::json);
    const auto fast = decode_body(body, how);
    how.limits.fast_paths = false;
    CAPTURE(body);
    const auto general = decode_body(body, how, 1 + below(random, 60), 4096);
    REQUIRE(fast.records == general.records);
    REQUIRE(fast.refused() == general.refused());
    REQUIRE(fast.failed == general.failed);
  }
}
