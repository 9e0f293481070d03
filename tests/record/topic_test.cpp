#include "logio/record/topic.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio::record;

TEST_CASE("a topic has an app; proc and host may be empty") {
  CHECK_FALSE(check({"a", "", ""}).has_value());
  CHECK_FALSE(check({"shop", "web.1", "host-17.example"}).has_value());
  CHECK_FALSE(check({"caf\xc3\xa9", "\xf0\x9f\x98\x80", " "}).has_value());
  CHECK(check({"", "web", "vm"}) == "app is empty");
}

TEST_CASE("a topic value has at most 255 bytes") {
  const std::string longest(255, 'x'), longer(256, 'x');
  CHECK_FALSE(check({longest, longest, longest}).has_value());
  CHECK(check({longer, "", ""}) == "app has 256 bytes; at most 255 are allowed");
  CHECK(check({"a", longer, ""}) == "proc has 256 bytes; at most 255 are allowed");
  CHECK(check({"a", "", longer}) == "host has 256 bytes; at most 255 are allowed");
}

TEST_CASE("control characters, brackets and bytes that are not UTF-8 are named with their place") {
  CHECK(check({"a", "we\nb", ""}) == "proc has a control character (0x0a) at byte 2");
  CHECK(check({"a", "", "\x7f"}) == "host has a control character (0x7f) at byte 0");
  CHECK(check({"a\xc2\x85", "", ""}) == "app has a control character (U+0085) at byte 1");
  CHECK(check({"a", "web[1]", ""}) ==
        "proc has a '[' at byte 3; it would make text lines ambiguous");
  CHECK(check({"a\xff", "", ""}) == "app is not UTF-8 at byte 1 (0xff)");
  CHECK(check({"a", "\xe2\x82", ""}) == "proc is not UTF-8 at byte 0 (0xe2)");
  CHECK(check({"a", "\xed\xa0\x80", ""}) == "proc is not UTF-8 at byte 0 (0xed)");
}

TEST_CASE("a topic's label shows empty values as empty") {
  CHECK(logio::record::text_label({"shop", "web", "h1"}) == " shop[web] h1: ");
  CHECK(logio::record::text_label({"shop", "", ""}) == " shop[] : ");
}

TEST_CASE("a topic's JSON members are escaped, and left out when empty") {
  CHECK(logio::record::json_members({"shop", "web", "h1"}) ==
        R"("app":"shop","proc":"web","host":"h1",)");
  CHECK(logio::record::json_members({"a\"b", "", "h"}) == R"("app":"a\"b","host":"h",)");
}
