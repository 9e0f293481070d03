#include "filter/utf8.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace logio::filter;

namespace {

std::string valid(std::string_view raw) {
  utf8_text text(raw);
  return std::string(text.valid());
}

}  // namespace

TEST_CASE("a well-formed line is seen as it is, without a copy") {
  const std::string line = std::string(70, 'a') + "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
  utf8_text text(line);
  CHECK(text.valid().data() == line.data());
  CHECK(utf8_prefix(line) == line.size());
}

TEST_CASE("what is not UTF-8 is seen as U+FFFD, wherever it stands") {
  CHECK(valid("a\xFF"
              "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(valid("\xE2\x82"
              "b") ==
        "\xEF\xBF\xBD"
        "b");
  CHECK(valid("\xE2\x82\xC3\xA9") == "\xEF\xBF\xBD\xC3\xA9");
  CHECK(valid("caf\xE9") == "caf\xEF\xBF\xBD");
  for (std::size_t before = 0; before < 70; ++before) {
    const std::string good(before, 'x');
    CHECK(valid(good + "\x80" + good) == good + "\xEF\xBF\xBD" + good);
    CHECK(utf8_prefix(good + "\x80" + good) == before);
  }
}

TEST_CASE("a long replaced line does not keep its memory from the next one") {
  const std::string big = std::string(200'000, 'a') + "\xFF";
  CHECK(valid(big).size() == big.size() + 2);
  CHECK(valid("\xFF") == "\xEF\xBF\xBD");
}
