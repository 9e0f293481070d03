#include "logio/hub/time_index.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::hub {
namespace {

TEST_CASE("a time index tells between which samples a position or a time lies") {
  time_index index;
  CHECK_FALSE(index.arrival_at(1));
  CHECK_FALSE(index.position_at(1));
  index.note(1, 100);
  index.note(50, 200);
  index.note(90, 300);
  CHECK_FALSE(index.arrival_at(0));
  CHECK(index.arrival_at(1) == 100);
  CHECK(index.arrival_at(49) == 100);
  CHECK(index.arrival_at(50) == 200);
  CHECK(index.arrival_at(1000) == 300);
  CHECK_FALSE(index.position_at(99));
  CHECK(index.position_at(100) == 1);
  CHECK(index.position_at(299) == 50);
  CHECK(index.position_at(300) == 90);
}

TEST_CASE("a quiet log moves its newest sample on, a clock that steps back adds none") {
  time_index index;
  index.note(1, 100);
  index.note(7, 200);
  index.note(7, 900);
  CHECK(index.size() == 2);
  CHECK(index.arrival_at(7) == 900);
  index.note(8, 800);
  CHECK(index.size() == 2);
  index.note(9, 901);
  CHECK(index.arrival_at(9) == 901);
}

TEST_CASE("a full time index keeps its span and stays within its limit") {
  time_index index;
  constexpr std::int64_t notes = 100'000;
  for (std::int64_t i = 1; i <= notes; ++i) index.note(static_cast<std::uint64_t>(i) * 10, i);
  CHECK(index.size() <= time_index::samples_max);
  CHECK(index.position_at(1) == 10);
  for (std::int64_t at = 1; at < notes; at += 777) {
    const auto position = static_cast<std::int64_t>(index.position_at(at).value());
    CHECK(position <= at * 10);
    CHECK(position > at * 10 - notes * 10 / 1024);
  }
}

}  // namespace
}  // namespace logio::hub
