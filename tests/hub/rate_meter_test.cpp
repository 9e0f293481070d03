#include "logio/hub/rate_meter.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <thread>
#include <vector>

#include "hub/support.hpp"

namespace logio::hub {
namespace {

using testing::second;
constexpr std::int64_t start = 1'700'000'000 * second;

/// Keeps everything, and says what the meter should.
struct naive {
  struct arrival {
    std::int64_t at_ns;
    std::uint32_t records;
  };
  std::vector<arrival> all;

  double per_second(std::int64_t now_ns, std::int64_t began_ns) const {
    const std::int64_t end = now_ns / second * second;
    const std::int64_t begin = end - 5 * second;
    const bool young = begin < began_ns;
    double records = 0;
    for (const arrival& a : all) {
      if (young || (a.at_ns >= begin && a.at_ns < end)) records += a.records;
    }
    const double age = static_cast<double>(now_ns - began_ns) / second;
    return young ? records / (age < 1 ? 1 : age) : records / 5;
  }
};

TEST_CASE("the rate is that of a model which keeps every arrival") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  for (int world = 0; world < 50; ++world) {
    rate_meter meter;
    naive model;
    const std::int64_t began = start + below(10 * second);
    std::int64_t now = began;
    const std::int64_t step = world % 2 == 0 ? second / 10 : 3 * second;
    for (int i = 0; i < 400; ++i) {
      if (below(3) != 0) {
        const auto records = static_cast<std::uint32_t>(below(1000));
        meter.add(now, records);
        model.all.push_back({now, records});
      }
      REQUIRE(meter.per_second(now, began) == Catch::Approx(model.per_second(now, began)));
      now += below(step);
    }
  }
}

TEST_CASE("a steady flow has its rate, and none once it has been silent") {
  rate_meter meter;
  std::int64_t now = start;
  for (int i = 0; i < 1000; ++i, now += second / 100) meter.add(now, 7);
  CHECK(meter.per_second(now, start) == Catch::Approx(700));
  CHECK(meter.per_second(now + 3 * second, start) == Catch::Approx(280));
  CHECK(meter.per_second(now + 6 * second, start) == 0);
  CHECK(meter.per_second(now + 8 * second, start) == 0);
  CHECK(meter.per_second(now + 1000 * second, start) == 0);
}

TEST_CASE("what has just begun is measured by its age, by a second at least") {
  rate_meter meter;
  meter.add(start + second / 2, 30);
  CHECK(meter.per_second(start + second / 2, start + second / 2) == Catch::Approx(30));
  CHECK(meter.per_second(start + 7 * second / 2, start + second / 2) == Catch::Approx(10));
}

TEST_CASE("a second holds no more than its bucket, and begins anew with the next one") {
  rate_meter meter;
  meter.add(start, 4'000'000'000);
  meter.add(start, 4'000'000'000);
  CHECK(meter.per_second(start, start) == Catch::Approx(4294967295.0));
  meter.add(start + 8 * second, 5);
  CHECK(meter.per_second(start + 9 * second, start) == Catch::Approx(1));
}

TEST_CASE("threads that add at once lose nothing") {
  rate_meter meter;
  constexpr int threads = 4, adds = 20'000;
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      for (int i = 0; i < adds; ++i) meter.add(start + (i % 5) * second, 1);
    });
  }
  for (auto& thread : running) thread.join();
  CHECK(meter.per_second(start + 5 * second, start) == Catch::Approx(threads * adds / 5));
}

}  // namespace
}  // namespace logio::hub
