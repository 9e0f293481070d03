// Every schedule of small worlds in which the ring's real code runs. Each test prints how many
// schedules there were, and whether they were all.
#include <algorithm>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>

#include "ring/model/scenarios.hpp"

namespace logio::ring::model {
namespace {

using test::tiny;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t runs_max = 3'000;  // the sanitizers look at the same code again
constexpr bool may_be_cut = true;
#else
constexpr std::uint64_t runs_max = 400'000;
constexpr bool may_be_cut = false;
#endif

/// All schedules, and none shows an error.
template <class World, class... Args>
void all_schedules(const Args&... args) {
  const report r = explore([&] { return std::make_unique<World>(args...); }, runs_max);
  std::printf("%llu schedules, %s\n", static_cast<unsigned long long>(r.schedules),
              r.complete ? "all that there are" : "cut there");
  INFO(r.error);
  CHECK(r.error.empty());
  CHECK((r.complete || may_be_cut));
}

/// Random schedules of a world that has too many, and none shows an error.
template <class World, class... Args>
void random_schedules(const Args&... args) {
  const std::uint64_t seed = Catch::getSeed();
  const report r = sample([&] { return std::make_unique<World>(args...); },
                          std::min<std::uint64_t>(runs_max, 50'000), seed);
  std::printf("%llu random schedules, seed %llu\n", static_cast<unsigned long long>(r.schedules),
              static_cast<unsigned long long>(seed));
  CAPTURE(seed, r.error);  // replay with --rng-seed
  CHECK(r.error.empty());
}

using gate_world = writers_and_gate<platform>;
using late_gate_world = writers_and_late_gate<platform>;
using guest_world = writers_and_guests<platform>;
using pin_world = writers_and_pins<platform>;
using guest_and_pin_world = writers_guest_and_pin<platform>;
using hub_world = hub_threads<platform>;
using writers = std::vector<batches>;
using looks = std::vector<unsigned>;

TEST_CASE("in every schedule a sleeping gate is woken for what one writer appends") {
  all_schedules<gate_world>(tiny(2, 8, 1, 0), writers{{1, 1, 1}});
}

TEST_CASE("in every schedule a sleeping gate is woken for what two writers append") {
  all_schedules<gate_world>(tiny(2, 8, 1, 0), writers{{1}, {1}});
}

TEST_CASE("in every schedule a writer stalls and is resumed on a ring of two one-line chunks") {
  all_schedules<gate_world>(tiny(2, 1, 1, 0), writers{{1, 1, 1}});
}

TEST_CASE("in every schedule chunks are closed early and used again") {
  all_schedules<gate_world>(tiny(2, 3, 1, 0), writers{{2, 2, 2}});
}

TEST_CASE("in every schedule the gate goes on where chunk numbers wrap") {
  all_schedules<gate_world>(tiny(2, 1, 1, 0), writers{{1, 1, 1}}, 0xffff'ffffU);
}

TEST_CASE("in every schedule two writers without readers go round the ring") {
  all_schedules<pin_world>(tiny(2, 1, 1, 0), writers{{1, 1}, {1}}, looks{});
}

TEST_CASE("in every schedule a pin reads what was written there or is told that it is lost") {
  all_schedules<pin_world>(tiny(2, 1, 1, 1), writers{{1, 1, 1, 1}}, looks{3});
}

TEST_CASE("in every schedule a gate that joins and leaves sees no gap and stops no writer") {
  all_schedules<guest_world>(tiny(2, 1, 1, 0), writers{{1, 1, 1}}, looks{2});
}

TEST_CASE("in every schedule a gate that joins late and stays sees all that follows") {
  all_schedules<late_gate_world>(tiny(2, 1, 1, 0), writers{{1, 1, 1}});
}

TEST_CASE("in every schedule two hub threads on two chunks finish") {
  all_schedules<hub_world>(tiny(2, 1, 2, 0), writers{{1}, {1}});
}

TEST_CASE("in random schedules two writers share a ring of two chunks with a gate") {
  random_schedules<gate_world>(tiny(2, 3, 1, 0), writers{{2, 1, 2}, {1, 2, 3}});
}

TEST_CASE("in random schedules two pins on different chunks never use up the spares") {
  random_schedules<pin_world>(tiny(2, 1, 1, 2), writers{{1, 1, 1, 1}}, looks{2, 2});
}

TEST_CASE("in random schedules a moving pin never uses up the spares") {
  random_schedules<pin_world>(tiny(2, 1, 1, 1), writers{{1, 1, 1, 1, 1}}, looks{5});
}

TEST_CASE("in random schedules a gate joins and leaves beside one that stays") {
  random_schedules<guest_world>(tiny(2, 1, 2, 0), writers{{1, 1, 1}}, looks{3, 2});
}

TEST_CASE("in random schedules two writers, a late gate and a pin share a ring of two chunks") {
  random_schedules<guest_and_pin_world>(tiny(2, 2, 1, 1), writers{{1, 2, 1}, {2, 1}});
}

TEST_CASE("in random schedules two hub threads go round a ring of two chunks") {
  random_schedules<hub_world>(tiny(2, 3, 2, 0), writers{{1, 2, 3}, {2, 2, 1}});
}

}  // namespace
}  // namespace logio::ring::model
