#include "logio/client/fields.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

namespace logio::client {

TEST_CASE("fields keep the types of their values") {
  CHECK(fields().json() == "{}");
  fields f;
  f.add("s", "a\"b").add("n", -3).add("u", std::numeric_limits<std::uint64_t>::max());
  f.add("d", 0.5).add("t", true).add("j", std::string("x")).add_json("l", "[1,null]");
  CHECK(f.json() == R"({"s":"a\"b","n":-3,"u":18446744073709551615,"d":0.5,"t":true,"j":"x",)"
                    R"("l":[1,null]})");
}

TEST_CASE("a number that JSON does not have becomes its name") {
  CHECK(fields().add("x", std::numeric_limits<double>::infinity()).json() == R"({"x":"inf"})");
  CHECK(fields().add("x", std::numeric_limits<double>::quiet_NaN()).json() == R"({"x":"nan"})");
}

}  // namespace logio::client
