#include "rfc3339.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::client {

TEST_CASE("times are read to the nanosecond, in any zone") {
  CHECK(read_rfc3339("1970-01-01T00:00:00Z") == 0);
  CHECK(read_rfc3339("2016-12-06T22:14:21.448123456Z") == 1'481'062'461'448'123'456);
  CHECK(read_rfc3339("2016-12-07T00:14:21.4+02:00") == 1'481'062'461'400'000'000);
  CHECK(read_rfc3339("1969-12-31t23:59:59.999999999z") == -1);
  CHECK(read_rfc3339("2020-02-29T00:00:00-00:30") == 1'582'936'200'000'000'000);
}

TEST_CASE("what is no time is none") {
  for (const char* text : {"", "x", "2016-12-06", "2016-12-06T22:14:21", "2016-13-06T22:14:21Z",
                           "2019-02-29T00:00:00Z", "2016-12-06T24:00:00Z", "2016-12-06T22:14:21.Z",
                           "2016-12-06T22:14:21Zx", "2016-12-06T22:14:21+1:00",
                           "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"}) {
    INFO(text);
    CHECK(!read_rfc3339(text));
  }
}

}  // namespace logio::client
