#include "logio/sink/rate_limit.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::sink {
namespace {

using std::chrono::milliseconds;

TEST_CASE("over ten seconds no more go than the rate and one bucket") {
  for (const std::uint64_t rate : {1U, 7U, 100U, 50'000U}) {
    rate_limit limit(rate);
    auto now = rate_limit::clock::now();
    const auto end = now + std::chrono::seconds(10);
    double gone = 0;
    while (now < end) {
      now = std::max(limit.when(1000, now), now + milliseconds(1));
      const double some = std::max(1.0, limit.allowed(now));
      limit.take(some);
      gone += some;
    }
    const auto per_second = static_cast<double>(rate);
    CHECK(gone <= per_second * 10 + std::max(per_second / 10, 1.0) + 2);
    CHECK(gone >= per_second * 9);
  }
}

TEST_CASE("a piece larger than the bucket leaves a debt") {
  rate_limit limit(1000);
  const auto now = rate_limit::clock::now();
  CHECK(limit.when(5000, now + milliseconds(200)) == now + milliseconds(200));
  limit.take(1100);
  CHECK(limit.when(1, now + milliseconds(200)) > now + milliseconds(1100));
}

TEST_CASE("no rate, no limit") { CHECK_FALSE(rate_limit(0).limits()); }

}  // namespace
}  // namespace logio::sink
