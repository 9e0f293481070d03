#include "serve/json_object.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("members are separated, escaped and nested") {
  std::string out;
  {
    json_object outer(out);
    outer.text("a\"", "line\n\xff");
    outer.number("n", 18'446'744'073'709'551'615U);
    outer.number("seconds", 1.0 / 3, 3);
    outer.null("nothing");
    json_object inner(outer.member("inner"));
    inner.time("at", 1'481'062'461'448'000'001);
  }
  CHECK(out == R"({"a\"":"line\n)" "\xef\xbf\xbd"
               R"(","n":18446744073709551615,"seconds":0.333,"nothing":null,)"
               R"("inner":{"at":"2016-12-06T22:14:21.448000001Z"}})");
}

TEST_CASE("what is not known is null") {
  std::string out;
  {
    json_object object(out);
    object.known_text("a", "");
    object.known_text("b", "x");
    object.known_time("c", 0);
    object.known_time("d", 1'000'000'000);
  }
  CHECK(out == R"({"a":null,"b":"x","c":null,"d":"1970-01-01T00:00:01.000000000Z"})");
}

TEST_CASE("an object may be empty") {
  std::string out;
  { const json_object nothing(out); }
  CHECK(out == "{}");
}

}  // namespace
}  // namespace logio::serve
