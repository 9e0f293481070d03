#include "json_object.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::client {
namespace {

std::optional<std::string> value(const std::string& quoted) { return json_string_value(quoted); }

}  // namespace

TEST_CASE("members are found by their decoded names, the first of several") {
  const auto o = json_object::read(
      R"( {"a" : "x\n\u00e4\ud83d\ude00\/" , "\u0062":18446744073709551615,"a":"y", "l":[1,[]],)"
      "\"o\":{\"p\":{}},\"t\":true,\"n\":-1.5e+3}\r\n");
  REQUIRE(o);
  CHECK(o->string("a") == "x\n\xc3\xa4\xf0\x9f\x98\x80/");
  CHECK(o->number("b") == UINT64_MAX);
  CHECK(o->raw("l") == "[1,[]]");
  CHECK(o->raw("o") == "{\"p\":{}}");
  CHECK(o->raw("n") == "-1.5e+3");
  CHECK(!o->number("n"));
  CHECK(!o->string("t"));
  CHECK(!o->string("none"));
  CHECK(o->raw("none").empty());
  CHECK(json_object::read("{}"));
}

TEST_CASE("what is not exactly one object is none") {
  for (const char* text :
       {"", "{", "}", "[]", "1", "{}x", "{}{}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
        "{a:1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}",
        "{\"a\":-}", "{\"a\":tru}", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"",
        "{\"a\":[1}", "{\"a\":[1,]}", "{\"a\":[", "{\"a\":{\"b\":1]}"}) {
    INFO(text);
    CHECK(!json_object::read(text));
  }
}

TEST_CASE("values lie in each other to a depth of 256") {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  CHECK(json_object::read(nested(256)));
  CHECK(!json_object::read(nested(257)));
  CHECK(!json_object::read(nested(1'000'000)));
}

TEST_CASE("characters of each length are decoded") {
  CHECK(value(R"("\u0041\u00df\u20ac\ud834\udd1e")") == "A\xc3\x9f\xe2\x82\xac\xf0\x9d\x84\x9e");
  CHECK(value(R"("\"\\\/\b\f\n\r\t\u0000")") == std::string("\"\\/\b\f\n\r\t\0", 9));
  CHECK(!value("x"));
  CHECK(!value("\"x\"y"));
}

}  // namespace logio::client
