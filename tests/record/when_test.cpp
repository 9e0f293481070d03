#include "logio/record/when.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::record {
namespace {

TEST_CASE("a point in time is an age or an RFC 3339 time, and nothing else") {
  constexpr std::int64_t second = 1'000'000'000, now = 10'000 * second;
  CHECK(parse_when("90s", now) == now - 90 * second);
  CHECK(parse_when("2h", now) == now - 7200 * second);
  CHECK(parse_when("3d", now) == 0);
  CHECK(parse_when("1970-01-01T00:00:07Z", now) == 7 * second);
  CHECK_FALSE(parse_when("yesterday", now));
  CHECK_FALSE(parse_when("", now));
}

}  // namespace
}  // namespace logio::record
