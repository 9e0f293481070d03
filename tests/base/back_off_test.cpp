#include "logio/base/back_off.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::base {
namespace {

TEST_CASE("the wait doubles up to its longest, a quarter off at most, and begins anew") {
  back_off b(3);
  auto expected = back_off::first_wait;
  for (int i = 0; i < 20; ++i) {
    const auto wait = b.next();
    CHECK(wait >= expected - expected / 4);
    CHECK(wait <= expected + expected / 4);
    expected = std::min(expected * 2, back_off::longest_wait);
  }
  b.reset();
  CHECK(b.next() <= back_off::first_wait + back_off::first_wait / 4);
}

TEST_CASE("the longest wait can be another") {
  constexpr std::chrono::minutes longest{5};
  back_off b(3, longest);
  for (int i = 0; i < 20; ++i) (void)b.next();
  CHECK(b.next() >= longest - longest / 4);
}

TEST_CASE("two sinks do not come back together") {
  back_off a(1), b(2);
  int same = 0;
  for (int i = 0; i < 10; ++i) same += a.next() == b.next() ? 1 : 0;
  CHECK(same < 10);
}

}  // namespace
}  // namespace logio::base
