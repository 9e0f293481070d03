#include "wire/utf8_text.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>

#include "rendered.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

TEST_CASE("a text becomes UTF-8, with U+FFFD for each ill-formed part") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = random_bytes(random, 10);
    std::string out = "before";
    append_utf8(out, text);
    REQUIRE(out == "before" + repaired(text));
  }
}

TEST_CASE("a character that is not legal is one underscore, however many bytes it has") {
  std::string out;
  append_cleaned(out, "a b\xc3\xb6\xf0\x9f\x98\x80\xff\x7f.c",
                 [](char c) { return c >= '.' && c != '\x7f'; });
  CHECK(out == "a_b____.c");
}
