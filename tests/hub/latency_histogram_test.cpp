#include "logio/hub/latency_histogram.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

namespace logio::hub {
namespace {

TEST_CASE("the bounds ascend from 100 microseconds to a minute") {
  const auto& bounds = latency_histogram::bounds_us;
  CHECK(bounds.front() == 100);
  CHECK(bounds.back() == 60'000'000);
  CHECK(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST_CASE("each record is counted in the first range that includes its time") {
  latency_histogram h;
  h.observe(-5, 1);
  h.observe(100'000, 2);
  h.observe(100'001, 3);
  h.observe(60'000'000'000, 4);
  h.observe(60'000'001'000, 5);
  CHECK(h.count(0) == 3);
  CHECK(h.count(1) == 3);
  CHECK(h.count(latency_histogram::ranges - 2) == 4);
  CHECK(h.count(latency_histogram::ranges - 1) == 5);
  CHECK(h.sum_seconds() == Catch::Approx(2e-4 + 3 * 1.00001e-4 + 4 * 60 + 5 * 60.000001));
}

}  // namespace
}  // namespace logio::hub
