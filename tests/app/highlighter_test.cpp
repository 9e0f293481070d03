#include "app/highlighter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace logio::app {
namespace {

using spans = std::vector<highlighter::span>;

highlighter of(const std::vector<std::string>& patterns) {
  highlighter out;
  for (const std::string& p : patterns) REQUIRE_FALSE(out.add(p));
  return out;
}

TEST_CASE("matches of all patterns are told in order and joined where they meet") {
  CHECK(of({"b+"}).find("abba b") == spans{{1, 3}, {5, 6}});
  CHECK(of({"bc", "cd"}).find("abcd") == spans{{1, 4}});
  CHECK(of({"ab", "cd"}).find("abcd") == spans{{0, 4}});
  CHECK(of({"x*"}).find("axxb") == spans{{1, 3}});
  CHECK(of({"^a"}).find("aa") == spans{{0, 1}});
  CHECK(of({}).find("a").empty());
  CHECK(of({"a"}).find("").empty());
}

TEST_CASE("a pattern that RE2 does not take is refused") {
  highlighter h;
  const auto why = h.add("a(b");
  REQUIRE(why);
  CHECK(why->starts_with("is no pattern of RE2: missing )"));
  CHECK(h.empty());
}

}  // namespace
}  // namespace logio::app
