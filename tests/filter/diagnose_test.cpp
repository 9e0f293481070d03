#include "filter/diagnose.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "support.hpp"

using namespace logio::filter;

namespace {

pattern_error refused(const std::string& pattern) {
  const auto made = compile(test::with_log({pattern}), limits{});
  INFO(pattern);
  REQUIRE(made.has_error());
  CHECK(made.error().parameter == "log");
  CHECK(made.error().pattern == pattern);
  CHECK(made.error().offset <= pattern.size());
  CHECK_FALSE(made.error().hint.empty());
  return made.error();
}

}  // namespace

TEST_CASE("a bad pattern is refused with the matter and the place") {
  struct row {
    std::string pattern, message;
    std::size_t offset;
  };
  const std::vector<row> rows = {
      {"web(", "missing )", 3},
      {"a(b(c)", "missing )", 1},
      {"a\\((b", "missing )", 3},
      {"[(](", "missing )", 3},
      {"\\Q(\\E(", "missing )", 5},
      {"web)", "unexpected )", 3},
      {"(a))b)", "unexpected )", 3},
      {"ab[cd", "missing ]", 2},
      {"[[:alpha:]][a", "missing ]", 11},
      {"abc\\", "nothing after \\", 3},
      {"*", "nothing to repeat before *", 0},
      {"{0,3}b", "nothing to repeat before {0,3}", 0},
      {"a|{2}", "nothing to repeat before {2}", 2},
      {"a|*b", "nothing to repeat before *", 2},
      {"a**", "double repetition **", 1},
      {"a{1001}", "repetition {1001} is too large", 1},
      {"\\d\\y", "unknown escape \\y", 2},
      {"\\\\y\\y", "unknown escape \\y", 3},
      {"(a)\\1", "back-reference \\1", 3},
      {"x(?=a)", "look-around (?=", 1},
      {"x(?!a)", "look-around (?!", 1},
      {"x(?<=a)", "look-around (?<=", 1},
      {"x(?<!a)", "look-around (?<!", 1},
      {"[b-a]", "character range b-a is empty", 1},
      {"[[:alpa:]]", "unknown character class [:alpa:]", 1},
      {"\\p{Klingon}", "unknown character class \\p{Klingon}", 0},
      {"a\\Cb", "unknown escape \\C", 1},
      {"a\xFF", "a byte that is not UTF-8", 1},
      {"x(?P<a-b>y)", "bad group name (?P<a-b>", 1},
      {"(?P<a-b>y)", "bad group name (?P<a-b>", 0},
      {"(?P<>y)", "bad group name (?P<>", 0},
      {"x(?<a>y)", "unknown group (?<", 1},
      {"x(?zy)", "unknown group (?z", 1},
  };
  for (const row& r : rows) {
    INFO(r.pattern);
    const pattern_error e = refused(r.pattern);
    CHECK(e.message == r.message);
    CHECK(e.offset == r.offset);
  }
}

TEST_CASE("the remedy for what RE2 does not have names what there is instead") {
  CHECK(refused("(?!health)").hint.find("exclude=") != std::string::npos);
  CHECK(refused("(a)\\1").hint.find("back-references") != std::string::npos);
  CHECK(refused("*.log").hint.find(".*") != std::string::npos);
}

TEST_CASE("finding the place takes bounded work on a pattern made of the same piece") {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "\\\\y";  // holds \y everywhere, never as an escape
  CHECK(refused(pattern + "\\y").message == "unknown escape \\y");
}
