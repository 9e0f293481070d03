#include "sink/kafka_flight.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>

#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using logio::sink::testing::offered_records;

namespace {

std::vector<item> positions(std::initializer_list<std::uint64_t> wanted) {
  static const std::byte no_record[sizeof(record::head)] = {};
  std::vector<item> out;
  for (const std::uint64_t position : wanted) {
    out.push_back({.record = record::view(no_record), .epoch = 7, .position = position});
  }
  return out;
}

kafka_flight in_flight(std::initializer_list<std::uint64_t> wanted) {
  kafka_flight flight;
  for (const item& one : positions(wanted)) flight.add(one, 100);
  return flight;
}

constexpr auto none = kafka_flight::none;
using tags = std::vector<kafka_flight::tag>;

}  // namespace

TEST_CASE("an answer is given once, with its reason, and counts as told when it is taken") {
  kafka_flight flight = in_flight({5, 6});
  CHECK(flight.open() == 2);
  flight.resolve(0, kafka_verdict::delivered, "");
  flight.resolve(1, kafka_verdict::refused, "too large");
  flight.resolve(1, kafka_verdict::delivered, "");
  CHECK(flight.open() == 0);
  CHECK_FALSE(flight.empty());
  CHECK(flight.take(0).verdict == kafka_verdict::delivered);
  const auto answer = flight.take(1);
  CHECK(answer.verdict == kafka_verdict::refused);
  CHECK(answer.why == "too large");
  CHECK(answer.bytes == 100);
  CHECK(flight.empty());
}

TEST_CASE("what is in flight is recognized when it is offered again in front of what is new") {
  const kafka_flight flight = in_flight({5, 6, 7});
  tags found;
  CHECK(flight.match(positions({5, 6, 7, 8, 9}), found));
  CHECK(found == tags{0, 1, 2, none, none});
  CHECK(flight.match(positions({5, 6}), found));
  CHECK(found == tags{0, 1});
}

TEST_CASE("a record that failed by itself is new in front of one that is still in flight") {
  kafka_flight flight = in_flight({5, 6, 7});
  flight.resolve(0, kafka_verdict::pending, "later");
  flight.take(0);
  flight.resolve(1, kafka_verdict::delivered, "");
  flight.take(1);
  tags found;
  CHECK(flight.match(positions({5, 7, 8}), found));
  CHECK(found == tags{none, 2, none});
}

TEST_CASE("records that the runner gave up are noticed, wherever they lie") {
  const kafka_flight flight = in_flight({5, 6, 7});
  tags found;
  CHECK_FALSE(flight.match(positions({6, 7}), found));
  CHECK_FALSE(flight.match(positions({5, 7}), found));
  CHECK_FALSE(flight.match(positions({5, 6, 8}), found));
  CHECK_FALSE(flight.match(positions({8, 9}), found));
  std::vector<item> other_epoch = positions({5, 6, 7});
  for (item& one : other_epoch) one.epoch = 8;
  CHECK_FALSE(flight.match(other_epoch, found));
}

TEST_CASE("whatever comes back when, each record is told of once") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    kafka_flight flight;
    std::vector<item> left = positions({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    std::vector<kafka_flight::tag> open;
    for (const item& one : left) open.push_back(flight.add(one, 1));
    std::shuffle(open.begin(), open.end(), random);
    std::size_t told = 0;
    while (!flight.empty()) {
      for (std::size_t n = random() % 4; n > 0 && !open.empty(); --n, open.pop_back()) {
        flight.resolve(open.back(), kafka_verdict::delivered, "");
      }
      tags found;
      REQUIRE(flight.match(left, found));
      std::vector<item> pending;
      for (std::size_t i = 0; i < left.size(); ++i) {
        REQUIRE(found[i] != none);
        if (!flight.resolved(found[i])) {
          pending.push_back(left[i]);
          continue;
        }
        flight.take(found[i]);
        ++told;
      }
      left = std::move(pending);
    }
    REQUIRE(told == 10);
    REQUIRE(left.empty());
  }
}
