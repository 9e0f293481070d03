#include "app/pattern_check.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::app {
namespace {

TEST_CASE("a bad pattern is told with the flag that it came by") {
  filter::spec wanted;
  wanted.log = {"a(b"};
  CHECK(compile_patterns(wanted).error() ==
        "--grep: 'a(b': missing ) at byte 1. close the group with ), or write \\( for a plain "
        "parenthesis");
  wanted.log.clear();
  wanted.app = {std::string(5000, 'a') + "("};
  CHECK(compile_patterns(wanted).error().starts_with("--app: '" + std::string(200, 'a') + "...'"));
  wanted.app = {"shop"};
  CHECK(compile_patterns(wanted).has_value());
}

TEST_CASE("a severity is a name or a number") {
  CHECK(*read_severity("") == 0);
  CHECK(*read_severity("error") == 17);
  CHECK(read_severity("\x1b").error() ==
        "--severity: '\\x1b' is no severity: trace, debug, info, warn, error, fatal or 1 to 24");
}

}  // namespace
}  // namespace logio::app
