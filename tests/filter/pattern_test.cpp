#include "filter/pattern.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "support.hpp"

using namespace logio::filter;

TEST_CASE("a pattern answers as a naive matcher that knows what it means") {
  constexpr std::uint32_t seed = 2026;
  test::pattern_source source(seed);
  std::size_t compiled_count = 0, found_count = 0, whole_count = 0;
  for (int round = 0; round < 3000; ++round) {
    const test::meant_pattern meant = source.pattern();
    INFO("seed " << seed << ", round " << round << ": " << meant.source);
    const auto compiled = pattern::make(meant.source, std::size_t{1} << 20);
    if (!compiled)
      continue;  // such as ^*: refused by RE2
    ++compiled_count;
    for (int i = 0; i < 8; ++i) {
      const std::string text = source.text(9);
      INFO(text);
      utf8_text seen(text);
      const bool found = compiled->found_in(seen);
      const bool whole = compiled->matches_whole(seen);
      REQUIRE(found == test::means_found(meant, text));
      REQUIRE(whole == test::means_whole(meant, text));
      found_count += found;
      whole_count += whole;
    }
  }
  CHECK(compiled_count > 2500);
  CHECK(found_count > 1000);
  CHECK(whole_count > 300);
}

TEST_CASE("plain patterns carry no RE2 program") {
  CHECK(pattern::make("web|worker", 1 << 20)->is_plain());
  CHECK_FALSE(pattern::make("web.*", 1 << 20)->is_plain());
}
