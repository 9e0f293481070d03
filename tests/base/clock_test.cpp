#include "logio/base/clock.hpp"

#include <catch2/catch_test_macros.hpp>
#include <ctime>

namespace logio::base {
namespace {

TEST_CASE("the time of day is in nanoseconds since 1970") {
  const std::int64_t before = std::time(nullptr);
  const std::int64_t now = unix_now_ns() / 1'000'000'000;
  const std::int64_t after = std::time(nullptr);
  CHECK(now >= before - 1);
  CHECK(now <= after + 1);
}

TEST_CASE("the monotonic clock does not go back") {
  std::int64_t before = monotonic_now_ns();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = monotonic_now_ns();
    CHECK(now >= before);
    before = now;
  }
}

}  // namespace
}  // namespace logio::base
