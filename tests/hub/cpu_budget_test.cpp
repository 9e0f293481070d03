#include "logio/hub/cpu_budget.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::hub {
namespace {

constexpr std::int64_t ms = 1'000'000;

TEST_CASE("a thread with nothing else to do has no budget") {
  cpu_budget budget(10);
  CHECK(budget.may_run(1000 * ms));
  for (int i = 0; i < 100; ++i) {
    budget.spend(5 * ms);
    CHECK(budget.may_run(1000 * ms));
  }
}

TEST_CASE("on a busy thread the turns take their share of the time, however long each is") {
  cpu_budget budget(10);
  std::int64_t now = 1000 * ms, spent = 0;
  for (const std::int64_t end = now + 10'000 * ms; now < end; now += ms) {
    budget.note_busy();
    if (!budget.may_run(now)) continue;
    const std::int64_t turn = (now / ms) % 7 == 0 ? 3 * ms : ms / 5;
    budget.spend(turn);
    spent += turn;
  }
  CHECK(spent > 950 * ms);
  CHECK(spent < 1010 * ms);
}

TEST_CASE("time that was not used is not saved up") {
  cpu_budget budget(50);
  CHECK(budget.may_run(ms));
  std::int64_t now = 1'000'000 * ms;
  std::int64_t spent = 0;
  for (int i = 0; i < 100; ++i) {
    budget.note_busy();
    if (!budget.may_run(now)) break;
    budget.spend(ms / 2);
    spent += ms / 2;
  }
  CHECK(spent <= cpu_budget::tokens_max_ns + ms);
}

}  // namespace
}  // namespace logio::hub
