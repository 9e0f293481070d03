#include "app/line_template.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace logio::app {
namespace {

/// The pieces as `words<field's number>`.
std::string shown(std::string_view text) {
  const auto parsed = line_template::parse(text);
  REQUIRE(parsed.has_value());
  std::string out;
  for (const auto& piece : parsed->pieces()) {
    out += piece.words;
    if (piece.what != line_template::field::none) {
      out += '<' + std::to_string(static_cast<int>(piece.what)) + '>';
    }
  }
  return out;
}

std::string refused(std::string_view text) {
  const auto parsed = line_template::parse(text);
  REQUIRE(parsed.has_error());
  return parsed.error();
}

TEST_CASE("a template is words with fields in between, and ends its line") {
  CHECK(shown("{time} {app}[{proc}] {host}: {text}") == "<1> <3>[<4>] <5>: <7>\n");
  CHECK(shown("") == "\n");
  CHECK(shown("{{{app}}}") == "{<3>}\n");
  CHECK(shown("a\\tb\\nc\\\\d\\e") == "a\tb\nc\\d\\e\n");
  CHECK(shown("}") == "}\n");
}

TEST_CASE("a field that there is none of is refused with its place") {
  CHECK(refused("x {apps}").starts_with("has '{apps' at byte 2, which is none of {time} "));
  CHECK(refused("{app").starts_with("has '{app' at byte 0"));
  CHECK(refused("{").starts_with("has '{' at byte 0"));
}

}  // namespace
}  // namespace logio::app
