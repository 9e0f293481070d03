#include "filter/required_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "filter/regex.hpp"
#include "support.hpp"

using namespace logio::filter;
using strings = std::vector<std::string>;

TEST_CASE("plain patterns are known to be plain") {
  struct row {
    std::string pattern;
    strings texts;
  };
  const std::vector<row> rows = {
      {"", {""}},
      {"web", {"web"}},
      {"web|worker", {"web", "worker"}},
      {"(web|worker)", {"web", "worker"}},
      {"web|", {"web", ""}},
      {"(?:a|(?P<n>b))", {"a", "b"}},
      {"my-app\\.x_1", {"my-app.x_1"}},
      {"a b]c}d,e{f", {"a b]c}d,e{f"}},
      {"x{,5}", {"x{,5}"}},
      {"\xC3\xA9t\xC3\xA9", {"\xC3\xA9t\xC3\xA9"}},
  };
  for (const row& r : rows) {
    INFO(r.pattern);
    const required_texts found = find_required_texts(r.pattern);
    CHECK(found.is_plain);
    CHECK(found.any_of == r.texts);
  }
}

TEST_CASE("a text that every match must hold is read off a pattern") {
  struct row {
    std::string pattern;
    strings texts;
  };
  const std::vector<row> rows = {
      {"^GET /api/[0-9]+ (500|503)$", {"GET /api/"}},
      {"error.*timeout", {"timeout"}},
      {"err(or)?", {"err"}},
      {"colou?r", {"colo"}},
      {"\xC3\xA9\xC3\xA9?x", {"\xC3\xA9"}},
      {"ab+cde", {"cde"}},
      {"abc{0}d", {"ab"}},
      {"abc{2}", {"abc"}},
      {"foo.*|bar[0-9]", {"foo", "bar"}},
      {"(foo|bar).", {"foo", "bar"}},
      {"(foo|bar)?", {}},
      {"(foo|bar)*baz", {"baz"}},
      {"foo.*|[0-9]", {}},
      {"[0-9]|foo.*|bar", {}},
      {"(?i)error", {}},
      {"x(?i:error)", {}},
      {"a.b", {}},
      {"\\d+ms", {"ms"}},
      {"\\pLab", {"ab"}},
      {"\\p{Greek}ab", {"ab"}},
      {"\\x41ab", {"ab"}},
      {"\\x{41}ab", {"ab"}},
      {"\\Qa.b\\E", {}},
      {"\\101bcd", {}},
      {"[]ab]cd", {"cd"}},
      {"[^]ab]cd", {"cd"}},
      {"[[:alpha:]]]cd", {"]cd"}},
      {"[\\]a]cd", {"cd"}},
      {"\xEF\xBF\xBD"
       "ab",
       {"ab"}},
      {"abc*?de", {"ab"}},
  };
  for (const row& r : rows) {
    INFO(r.pattern);
    const required_texts found = find_required_texts(r.pattern);
    CHECK_FALSE(found.is_plain);
    CHECK(found.any_of == r.texts);
  }
}

TEST_CASE("no pattern, however broken or deep, confuses the reader") {
  for (const std::string_view pattern :
       {"(",  ")",   "[",    "a|(", "(?",  "(?P<",    "(?P<x", "\\", "\\x", "\\x{", "\\p",
        "a{", "a{1", "a{1,", "*",   "a**", "a{2}{3}", "[[:",   "[a", "(()", "|",    "||"}) {
    INFO(pattern);
    static_cast<void>(find_required_texts(pattern));
  }
  const std::string deep = std::string(4096, '(') + "abc" + std::string(4096, ')');
  CHECK(find_required_texts(deep).any_of.empty());
  CHECK_FALSE(find_required_texts(deep).is_plain);
}

TEST_CASE("each text in which RE2 finds a pattern holds a required text of it") {
  constexpr std::uint32_t seed = 7;
  test::pattern_source source(seed);
  std::size_t useful = 0;
  for (int round = 0; round < 3000; ++round) {
    INFO("seed " << seed << ", round " << round);
    const std::string pattern = source.pattern().source;
    INFO(pattern);
    auto compiled = regex::make(pattern, std::size_t{1} << 20);
    const required_texts required = find_required_texts(pattern);
    if (!compiled) {
      REQUIRE_FALSE(required.is_plain);
      continue;
    }
    if (required.any_of.empty())
      continue;
    ++useful;
    for (int i = 0; i < 20; ++i) {
      const std::string text = source.text(14);
      INFO(text);
      const bool held = std::any_of(required.any_of.begin(), required.any_of.end(),
                                    [&](auto& one) { return text.find(one) != std::string::npos; });
      const bool found = compiled->found_in(text);
      REQUIRE((held || !found));
      if (required.is_plain)
        REQUIRE(held == found);
    }
  }
  CHECK(useful > 500);
}
