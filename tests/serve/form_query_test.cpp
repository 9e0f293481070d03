#include "serve/form_query.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

query_parameter decoded(std::string_view pair) {
  auto out = decode_pair(pair);
  INFO(pair);
  REQUIRE(out.has_value());
  return *out;
}

request_error refused(std::string_view pair) {
  auto out = decode_pair(pair);
  INFO(pair);
  REQUIRE(out.has_error());
  return out.error();
}

TEST_CASE("pairs are cut at the ampersands") {
  std::string_view query = "a=1&&b";
  CHECK(next_pair(query) == "a=1");
  CHECK(next_pair(query).empty());
  CHECK(next_pair(query) == "b");
  CHECK(query.empty());
}

TEST_CASE("escapes and plus are undone, in names too") {
  CHECK(decoded("app=a+b%2Bc%C3%A9|^").value == "a b+c\xc3\xa9|^");
  CHECK(decoded("%61pp=x=y").name == "app");
  CHECK(decoded("%61pp=x=y").value == "x=y");
  CHECK(decoded("app").value.empty());
}

TEST_CASE("what cannot be read is refused with its place") {
  const auto e = refused("app=ab%2");
  CHECK(e.parameter == "app");
  CHECK(e.message == "bad escape %2");
  CHECK(e.offset == 2);
  CHECK(e.pattern == "ab%2");
  CHECK(refused("app=%zz").message == "bad escape %zz");
  CHECK(refused("app=a%0Ab").message == "control character (0x0a)");
  CHECK(refused("app=a%0Ab").offset == 1);
  CHECK(refused("=x").message == "a parameter without a name");
  CHECK(refused(std::string(200, 'n') + "=%").parameter.size() == 64);
}

}  // namespace
}  // namespace logio::serve
