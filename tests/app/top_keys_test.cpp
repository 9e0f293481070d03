#include "app/top_keys.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio::app;

TEST_CASE("keys are the same wherever their bytes are cut") {
  const std::string bytes = "q\x1b[A\x1b[5~\x1bOB\xc3\xa4\r\t\x7f\x03\x1b[1;5Cz";
  top_keys whole;
  const auto expected = whole.take(bytes);
  REQUIRE(expected.size() == 10);
  CHECK(expected[1].kind == key_kind::up);
  CHECK(expected[2].kind == key_kind::page_up);
  CHECK(expected[3].kind == key_kind::down);
  CHECK(expected[4] == key_event{key_kind::text, "\xc3\xa4"});
  CHECK(expected[8].text == "\x03");
  CHECK(expected[9].text == "z");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    top_keys parts;
    auto got = parts.take(bytes.substr(0, cut));
    for (key_event& key : parts.take(bytes.substr(cut))) got.push_back(key);
    CHECK(got == expected);
    CHECK(!parts.is_waiting());
  }
}

TEST_CASE("an escape alone is a key once nothing follows") {
  top_keys keys;
  CHECK(keys.take("\x1b").empty());
  CHECK(keys.is_waiting());
  CHECK(keys.give_up() == std::vector<key_event>{{key_kind::escape, {}}});
  CHECK(!keys.is_waiting());
}

TEST_CASE("what never ends and what is no text is given up") {
  top_keys keys;
  CHECK(keys.take("\x1b[" + std::string(100, '1')).size() <= 100);
  CHECK(keys.take("\xff\xfe").empty());
  CHECK(keys.take("q").back().text == "q");
}
