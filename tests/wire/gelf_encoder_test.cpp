#include "logio/wire/gelf_encoder.hpp"

#include <simdjson.h>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <set>
#include <string>

#include "encoding.hpp"
#include "rendered.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'987'654;
const record::topic shop{"shop", "web", "h1"};

std::string encoded(const record::view& r, const record::topic& topic = shop) {
  std::string out = "before|";
  gelf_encoder("hub-host").append(out, r, topic);
  REQUIRE(out.starts_with("before|"));
  return out.substr(7);
}

std::string messages(std::string_view text) {
  const std::string out = encoded(stored_record(0, 9, text));
  const std::size_t begin = out.find("\"short_message\""), end = out.find(",\"timestamp\"");
  return out.substr(begin, end - begin);
}

std::string extras(const std::string& fields) {
  const std::string out = encoded(stored_record(0, 9, "x", fields));
  const std::string before = R"("_proc":"web")";
  return out.substr(out.find(before) + before.size());
}

}  // namespace

TEST_CASE("a record is a GELF message") {
  CHECK(encoded(stored_record(time_ns, 17, "boom \"x\"", packed(R"({"user":7})"))) ==
        R"({"version":"1.1","host":"h1","short_message":"boom \"x\"","timestamp":1481062461.448,)"
        R"("level":3,"_app":"shop","_proc":"web","_user":7})");
  CHECK(encoded(stored_record(-1, 0, ""), {"a", "", ""}) ==
        R"({"version":"1.1","host":"hub-host","short_message":"-","timestamp":-0.001,)"
        R"("level":6,"_app":"a"})");
  CHECK(encoded(stored_record(-1'500'000'000, 24, "x"), {"a", "", " "}) ==
        R"({"version":"1.1","host":"hub-host","short_message":"x","timestamp":-1.500,)"
        R"("level":0,"_app":"a"})");
}

TEST_CASE("the short message is the first line, never blank, and loses nothing") {
  CHECK(messages("one") == R"("short_message":"one")");
  CHECK(messages("one\ntwo") == R"("short_message":"one","full_message":"one\ntwo")");
  CHECK(messages("one\r\ntwo") == R"("short_message":"one","full_message":"one\r\ntwo")");
  CHECK(messages("\ntwo") == R"("short_message":"-","full_message":"\ntwo")");
  CHECK(messages(" \t") == R"("short_message":"-","full_message":" \t")");
  CHECK(messages("") == R"("short_message":"-")");
  CHECK(messages("-") == R"("short_message":"-")");
  CHECK(messages("a\xff\n") ==
        "\"short_message\":\"a\xef\xbf\xbd\",\"full_message\":\"a\xef\xbf\xbd"
        "\\n\"");
}

TEST_CASE("numbers stay numbers, all else is text") {
  CHECK(extras(packed(R"({"i":-3,"n":18446744073709551615,"f":1.0,"e":1e300,"s":"7"})")) ==
        R"(,"_i":-3,"_n":18446744073709551615,"_f":1.0,"_e":1e+300,"_s":"7"})");
  CHECK(extras(packed(R"({"t":true,"z":null,"a":[1,"x\"y"],"m":{"k":{}}})")) ==
        R"(,"_t":"true","_z":"null","_a":"[1,\"x\\\"y\"]","_m":"{\"k\":{}}"})");
  CHECK(extras("\x81\xa1k\xcb\x7f\xf8" + std::string(6, '\0')) == R"(,"_k":"null"})");  // NaN
}

TEST_CASE("a field's name is legal and the message's own are not taken") {
  CHECK(extras(packed(R"({"id":1,"app":2,"proc":3,"a b":4,"\u00f6-.":5,"":6})")) ==
        R"(,"__id":1,"__app":2,"__proc":3,"_a_b":4,"__-.":5,"_":6})");
  CHECK(extras(packed(R"({"a b":1,"a_b":2,"id":3,"_id":4,"x":5})")) ==
        R"(,"_a_b":1,"__id":3,"_x":5})");
  CHECK(extras("\x82\xa1k\x01\xa1") == "}");
}

TEST_CASE("any record is one JSON object that GELF allows") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  simdjson::dom::parser parser;
  for (int i = 0; i < 3000; ++i) {
    const std::string name = repaired(random_bytes(random, 3));
    const std::string value = repaired(random_bytes(random, 6));
    const std::string text = random_bytes(random, 10);
    const record::topic topic{"a" + repaired(random_bytes(random, 4)), "",
                              repaired(random_bytes(random, 4))};
    const std::string json = "{\"" + naive_json_text(name) + "\":\"" + naive_json_text(value) +
                             "\",\"nested\":{\"k\":\"" + naive_json_text(value) + "\"}}";
    const std::string out =
        encoded(stored_record(time_ns, static_cast<int>(random() % 25), text, packed(json)), topic);
    REQUIRE(out.find('\0') == std::string::npos);  // what ends a message over TCP
    simdjson::dom::object object;
    REQUIRE(parser.parse(out).get(object) == simdjson::SUCCESS);
    REQUIRE(std::string_view(object["version"]) == "1.1");
    REQUIRE(std::string_view(object["_app"]) == topic.app);
    const std::string_view shown = object["short_message"];
    std::string_view full;
    if (object["full_message"].get(full) != simdjson::SUCCESS) full = text.empty() ? "" : shown;
    REQUIRE(full == repaired(text));
    REQUIRE(!shown.empty());
    REQUIRE(shown.find('\n') == std::string_view::npos);
    REQUIRE(std::uint64_t(object["level"]) <= 7);
    REQUIRE(double(object["timestamp"]) == 1481062461.448);
    std::set<std::string> names;
    for (const auto& [key, member] : object) {
      REQUIRE(names.insert(std::string(key)).second);
      if (key[0] == '_') REQUIRE((member.is_string() || member.is_number()));
    }
    simdjson::dom::parser inner;
    const std::string_view nested = object["_nested"];
    REQUIRE(std::string_view(inner.parse(nested)["k"]) == value);
  }
}

TEST_CASE("a message that does not fit into a datagram is cut into at most 128 chunks") {
  CHECK(gelf_chunk_count(0, 1420) == 1);
  CHECK(gelf_chunk_count(1420, 1420) == 1);
  CHECK(gelf_chunk_count(1421, 1420) == 2);
  CHECK(gelf_chunk_count(2 * 1408, 1420) == 2);
  CHECK(gelf_chunk_count(2 * 1408 + 1, 1420) == 3);
  CHECK(gelf_chunk_count(gelf_chunks_max * 1408, 1420) == gelf_chunks_max);
  CHECK(gelf_chunk_count(gelf_chunks_max * 1408 + 1, 1420) > gelf_chunks_max);
  char head[gelf_chunk_head_bytes];
  put_gelf_chunk_head(head, 0x0102030405060708, 127, 128);
  CHECK(std::string(head, sizeof head) == "\x1e\x0f\x01\x02\x03\x04\x05\x06\x07\x08\x7f\x80");
}
