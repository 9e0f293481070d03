#include "wire/json_text.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>

#include "rendered.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

std::string written(std::string_view text) {
  const std::size_t exact = json_text_bytes(text);
  CHECK(exact <= json_text_growth_max * text.size());
  std::string out =
      written_within(exact, [&](char* place) { return put_json_text(place, text); });
  CHECK(out.size() == exact);
  return out;
}

const std::string bad = "\xef\xbf\xbd";

}  // namespace

TEST_CASE("quotes, backslashes and every control character are escaped, nothing else") {
  CHECK(written("").empty());
  CHECK(written("a \"b\" \\ c / d \x7f") == "a \\\"b\\\" \\\\ c / d \x7f");
  CHECK(written("\n\r\t\b\f") == R"(\n\r\t\b\f)");
  CHECK(written(std::string_view("\0\x01\x0b\x1f", 4)) == R"(\u0000\u0001\u000b\u001f)");
  for (int c = 0; c < 256; ++c) {
    const std::string one(1, static_cast<char>(c));
    CAPTURE(c);
    CHECK(written(one) == naive_json_text(one));
    for (const std::size_t before : {1u, 7u, 15u, 16u, 31u, 40u}) {
      for (const std::size_t behind : {0u, 1u, 3u, 9u, 33u}) {
        const std::string text = std::string(before, 'b') + one + std::string(behind, 'a');
        REQUIRE(written(text) == naive_json_text(text));
      }
    }
  }
}

TEST_CASE("well-formed UTF-8 is copied") {
  const std::string text = "\xc3\xa9 \xe2\x82\xac \xed\x9f\xbf \xee\x80\x80 \xf0\x9f\x98\x80 "
                           "\xf4\x8f\xbf\xbf \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xf0\x90\x80\x80";
  CHECK(written(text) == text);
  CHECK(written(text + "\n" + text) == text + "\\n" + text);
}

TEST_CASE("each ill-formed part becomes one U+FFFD") {
  CHECK(written("a\xff" "b") == "a" + bad + "b");
  CHECK(written("\x80\x80") == bad + bad);                      // lone continuations
  CHECK(written("\xc0\xaf") == bad + bad);                      // an overlong slash
  CHECK(written("\xe0\x80\xaf") == bad + bad + bad);            // and in three bytes
  CHECK(written("\xf0\x80\x80\xaf") == bad + bad + bad + bad);  // and in four
  CHECK(written("\xed\xa0\x80") == bad + bad + bad);            // a surrogate
  CHECK(written("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // above U+10FFFF
  CHECK(written("x\xc3") == "x" + bad);                         // cut at the end
  CHECK(written("x\xe2\x82") == "x" + bad);
  CHECK(written("x\xf0\x9f\x98") == "x" + bad);
  CHECK(written("\xf0\x9f\x98\"\xc3\n") == bad + "\\\"" + bad + "\\n");  // cut by another
  CHECK(written("\xc3\xa9\xff\xc3\xa9") == "\xc3\xa9" + bad + "\xc3\xa9");
}

TEST_CASE("any text becomes what escaping byte by byte makes of it") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_bytes(random, i % 100 == 0 ? 300 : 12);
    REQUIRE(written(text) == naive_json_text(text));
  }
}
