#include "logio/wire/gelf_decoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <random>
#include <string>

#include "encoding.hpp"
#include "logio/wire/gelf_encoder.hpp"
#include "mutation.hpp"
#include "rendered.hpp"
#include "wire/fields_json.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::int64_t arrival_ns = 42;
const record::topic otherwise{"ship", "", "default"};

gelf_record decoded(std::string_view json, gelf_decoder::options limits = {}) {
  gelf_record out;
  const auto wrong = gelf_decoder(limits).decode(json, otherwise, arrival_ns, out);
  INFO(json);
  INFO(wrong.value_or(""));
  REQUIRE_FALSE(wrong);
  CHECK(out.head.text_bytes == out.text.size());
  CHECK(out.head.fields_bytes == out.fields.size());
  CHECK_FALSE(record::check(out.topic));
  return out;
}

std::string refusal(std::string_view json) {
  gelf_record out;
  return gelf_decoder().decode(json, otherwise, arrival_ns, out).value_or("(nothing is wrong)");
}

std::string fields_of(const gelf_record& r) {
  std::string out;
  if (!r.fields.empty()) append_fields_json_bytes(out, r.fields);
  return out;
}

/// The fields of a message with these members beside its short message.
std::string fields_of(const std::string& members) {
  return fields_of(decoded(R"({"short_message":"m",)" + members + "}"));
}

std::int64_t time_of(const std::string& timestamp) {
  return decoded(R"({"short_message":"m","timestamp":)" + timestamp + "}").head.time_ns;
}

std::string encoded(const gelf_record& r) {
  record::batch_builder batch(4096);
  batch.append(r.head, r.text, r.fields);
  std::string out;
  gelf_encoder("hub-host").append(out, *batch.view().begin(), r.topic);
  return out;
}

}  // namespace

TEST_CASE("a GELF message is a record") {
  const gelf_record r = decoded(
      R"({"version":"1.1","host":"h1","short_message":"boom","full_message":"boom\n  at x",)"
      R"("timestamp":1481062461.448,"level":3,"_app":"shop","_proc":"web","_user":7,"_s":"x"})");
  CHECK(r.topic == record::topic{"shop", "web", "h1"});
  CHECK(r.text == "boom\n  at x");
  CHECK(r.head.time_ns == 1'481'062'461'448'000'000);
  CHECK(r.head.severity == 17);
  CHECK(r.head.flags == record::inner_newline);
  CHECK(fields_of(r) == R"({"user":7,"s":"x"})");
}

TEST_CASE("what a message does not say is the caller's") {
  const gelf_record r = decoded(R"( {"short_message":"m"} )" "\n");
  CHECK(r.topic == otherwise);
  CHECK(r.text == "m");
  CHECK(r.head.time_ns == arrival_ns);
  CHECK(r.head.flags == record::arrival_time);
  CHECK(r.head.severity == 0);
  CHECK(r.fields.empty());
}

TEST_CASE("the message of a sender that names things its own way is taken whole") {
  const gelf_record r = decoded(
      R"({"message":"m","host":"h","facility":"f","file":"a.c","line":12,"source":"s",)"
      R"("app_name":"n","application":"a","level":"6","timestamp":"1481062461.5"})");
  CHECK(r.text == "m");
  CHECK(r.head.severity == 9);
  CHECK(r.head.time_ns == 1'481'062'461'500'000'000);
  CHECK(fields_of(r) == R"({"facility":"f","file":"a.c","line":12,"source":"s",)"
                        R"("app_name":"n","application":"a"})");
  CHECK(fields_of(R"("message":"other")") == R"({"message":"other"})");
  CHECK(decoded(R"({"short_message":null,"message":"m"})").text == "m");
}

TEST_CASE("a text is the full message, and a summary that it does not begin with stays") {
  CHECK(decoded(R"({"short_message":"a","full_message":""})").text == "a");
  const auto both = [](const std::string& brief, const std::string& full) {
    const gelf_record r =
        decoded(R"({"short_message":")" + brief + R"(","full_message":")" + full + "\"}");
    return r.text + "|" + fields_of(r);
  };
  CHECK(both("a", "a\\nb") == "a\nb|");
  CHECK(both("a  ", "\\n a b") == "\n a b|");
  CHECK(both("-", "\\t") == "\t|");
  CHECK(both("sum", "all") == R"(all|{"short_message":"sum"})");
  CHECK(fields_of(R"("full_message":7)") == R"({"full_message":7})");
}

TEST_CASE("a timestamp is read to the nanosecond, and what is none stays as a field") {
  CHECK(time_of("0") == 0);
  CHECK(time_of("1481062461.448123456789") == 1'481'062'461'448'123'456);
  CHECK(time_of("-0.001") == -1'000'000);
  CHECK(time_of("\"-1.5\"") == -1'500'000'000);
  CHECK(time_of("1.481062461448e9") == 1'481'062'461'448'000'000);
  CHECK(time_of("9200000000.448") == 9'200'000'000'448'000'000);
  for (const char* none : {"1481062461448", "1e300", "\"now\"", "\"\"", "true", "[1]", "\"1.\"",
                           "\"--1\"", "\"1.2.3\"", "\"nan\"", "\" 1\"", "\"-\"", "\".5\"",
                           "\"0x1p3\"", "\"1e\""}) {
    CAPTURE(none);
    CHECK(time_of(none) == arrival_ns);
    const std::string kept = fields_of(std::string("\"timestamp\":") + none);
    CHECK(kept.starts_with("{\"timestamp\":"));
  }
}

TEST_CASE("a level is 0 to 7, and what is none stays as a field") {
  const auto severity = [](const std::string& level) {
    return int{decoded(R"({"short_message":"m","level":)" + level + "}").head.severity};
  };
  CHECK(severity("0") == 23);
  CHECK(severity("4") == 13);
  CHECK(severity("\"7\"") == 5);
  CHECK(severity("8") == 0);
  CHECK(fields_of(R"("level":8)") == R"({"level":8})");
  CHECK(fields_of(R"("level":"warn")") == R"({"level":"warn"})");
  CHECK(fields_of(R"("level":-1)") == R"({"level":-1})");
}

TEST_CASE("a topic value is taken when it is legal, else it is a field") {
  const gelf_record r = decoded(
      R"({"short_message":"m","host":"a[b]","_app":"a\nb","_proc":7})");
  CHECK(r.topic == otherwise);
  CHECK(fields_of(r) == R"({"host":"a[b]","app":"a\nb","proc":7})");
  const std::string longest(record::topic_value_bytes_max, 'x');
  CHECK(decoded(R"({"short_message":"m","host":")" + longest + "\"}").topic.host == longest);
  const gelf_record over = decoded(R"({"short_message":"m","host":")" + longest + "y\"}");
  CHECK(over.topic.host == "default");
  CHECK(fields_of(over) == "{\"host\":\"" + longest + "y\"}");
  CHECK(decoded(R"({"short_message":"m","host":"","_app":""})").topic == otherwise);
  CHECK(fields_of(R"("_app":"","_proc":"")").empty());
}

TEST_CASE("fields keep their types, and of one name the first counts") {
  CHECK(fields_of(R"("_i":-3,"_n":18446744073709551615,"_f":1.0,"_t":true,"_a":[1,{"k":null}])") ==
        R"({"i":-3,"n":18446744073709551615,"f":1.0,"t":true,"a":[1,{"k":null}]})");
  CHECK(fields_of(R"("_x":1,"x":2,"_x":3,"y":4,"_y":5,"__z":6,"_":7,"_null":null)") ==
        R"({"x":1,"y":4,"_z":6,"":7})");
  CHECK(fields_of(R"("VERSION":"1.0","Level":3,"_version":2)") == R"({"version":2})");
}

TEST_CASE("of what a message repeats the last counts") {
  const gelf_record r = decoded(
      R"({"short_message":"a","host":"h1","Short_Message":"b","HOST":"h2","_app":"x","_app":"y"})");
  CHECK(r.text == "b");
  CHECK(r.topic == record::topic{"y", "", "h2"});
  CHECK(r.fields.empty());
}

TEST_CASE("what is no GELF message is told with the reason") {
  CHECK(refusal("") == "not GELF: it is empty");
  CHECK(refusal(" \n") == "not GELF: it is empty");
  CHECK(refusal("hello") == "not GELF: no JSON object begins with 'h'");
  CHECK(refusal("[1]") == "not GELF: no JSON object begins with '['");
  CHECK(refusal("{\"short_message\":\"m\"") == "not GELF: not JSON: it is cut off");
  CHECK(refusal("{\"short_message\":\"m\"}x") ==
        "not GELF: not JSON: 'x' follows the value at byte 21");
  CHECK(refusal("{\"a\" 1}") == "not GELF: not JSON: expected ':', found '1' at byte 5");
  CHECK_THAT(refusal("{\"short_message\":\"a\nb\"}"),
             Catch::Matchers::StartsWith("not GELF: not JSON: a control character"));
  CHECK(refusal("{}") == "not GELF: the object has no short_message that is a string");
  CHECK(refusal(R"({"short_message":7,"text":"m"})") ==
        "not GELF: the object has no short_message that is a string");
  CHECK(refusal(R"({"short_message":"m","_n":1e400})") ==
        "not GELF: a number is too large for 64 bits");
  const std::string deep = R"({"short_message":"m","_d":)" + std::string(64, '[');
  CHECK_THAT(refusal(deep), Catch::Matchers::ContainsSubstring("64 levels"));
}

TEST_CASE("a decoder that refused a message takes the next") {
  gelf_decoder decoder;
  gelf_record out;
  for (const char* wrong :
       {"{\"short_message\":\"m", "{\"a\":[{\"b\":\"\\ud800", "{x", "{}", "x"}) {
    CHECK(decoder.decode(wrong, otherwise, arrival_ns, out));
    REQUIRE_FALSE(decoder.decode(R"({"short_message":"ok","_a":1})", otherwise, arrival_ns, out));
    CHECK(out.text == "ok");
    CHECK(fields_of(out) == R"({"a":1})");
    CHECK(out.topic == otherwise);
  }
}

TEST_CASE("a text over the limit is cut, counted and noted; an object over it is refused") {
  const gelf_decoder::options limits{.line_bytes_max = 100, .object_bytes_max = 1000};
  const std::string text(200, 'x');
  const gelf_record r = decoded(R"({"short_message":")" + text + R"(","_a":1})", limits);
  CHECK(r.text == text.substr(0, 66) + " [cut: 134 bytes]");
  CHECK(fields_of(r) == R"({"a":1,"cut_bytes":134})");
  CHECK(r.head.flags == (record::cut_text | record::arrival_time));
  CHECK(decoded(R"({"short_message":")" + text.substr(0, 100) + "\"}", limits).text.size() == 100);
  gelf_record out;
  const std::string large = R"({"short_message":"m","_a":")" + std::string(1000, 'x') + "\"}";
  CHECK(gelf_decoder(limits).decode(large, otherwise, arrival_ns, out).value_or("taken") ==
        "not GELF: 1029 bytes of JSON; at most 1000 are taken");
}

TEST_CASE("bytes that are not UTF-8 pass, and lone surrogates are counted") {
  const gelf_record r =
      decoded("{\"short_message\":\"a\xff\\ud800\",\"host\":\"\xff\",\"_k\":\"\xfe\"}");
  CHECK(r.text == "a\xff\xef\xbf\xbd");
  CHECK(r.topic.host == "default");
  CHECK(fields_of(r) == "{\"host\":\"\xff\",\"k\":\"\xfe\"}");
  CHECK(r.replaced_surrogates == 1);
}

TEST_CASE("what the encoder makes comes back and is made again") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  gelf_decoder decoder;
  const auto name = [&] {
    return std::string(one_of(random, {"a", "id", "app", "_app", "proc", "host", "version", "level",
                                       "message", "short_message", "timestamp", "_", "", "x y"})) +
           (random() % 2 == 0 ? "" : naive_json_text(random_bytes(random, 2)));
  };
  const auto some = [&] {
    return std::string(one_of(random, {"-1", "18446744073709551615", "1.5", "-0.0", "1e300", "true",
                                       "null", "[1,[\"\\\"\"]]", "{\"k\":{}}", "\"7\""}));
  };
  for (int i = 0; i < 3000; ++i) {
    std::string fields = "{";
    for (std::size_t n = random() % 5; n > 0; --n) {
      fields += (fields.size() > 1 ? ",\"" : "\"") + name() + "\":" + some();
    }
    const record::topic topic{"app" + std::to_string(random() % 9), random() % 2 == 0 ? "" : "proc",
                              random() % 4 == 0 ? "" : "h\xc3\xa9"};
    const auto time_ns = static_cast<std::int64_t>(std::uint64_t{random()} << 32 | random());
    const stored_record first(time_ns, static_cast<int>(random() % 25), random_bytes(random, 10),
                              packed(fields + "}"));
    std::string json;
    gelf_encoder("hub-host").append(json, first, topic);
    CAPTURE(json);
    gelf_record back;
    REQUIRE_FALSE(decoder.decode(json, otherwise, arrival_ns, back));
    REQUIRE(back.topic.app == topic.app);
    REQUIRE(back.topic.proc == topic.proc);
    REQUIRE(encoded(back) == json);
  }
}

TEST_CASE("a message that is cut or changed anywhere is decoded or refused") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string whole =
      R"({"version":"1.1","host":"h","short_message":"m","full_message":"m\nn","timestamp":1.5,)"
      R"("level":3,"_app":"a","_proc":"p","_f":{"k":[1,2.5e3,"\u00e9"]},"_f":null})";
  gelf_decoder decoder;
  gelf_record out;
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    REQUIRE(decoder.decode(whole.substr(0, bytes), otherwise, arrival_ns, out));
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole;
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) mutate(text, random);
    const auto wrong = decoder.decode(text, otherwise, arrival_ns, out);
    if (wrong) {
      REQUIRE(wrong->starts_with("not GELF: "));
      REQUIRE(wrong->find('\n') == std::string::npos);
      continue;
    }
    REQUIRE_FALSE(record::check(out.topic));
    gelf_record again;
    REQUIRE_FALSE(decoder.decode(encoded(out), otherwise, arrival_ns, again));
  }
}
