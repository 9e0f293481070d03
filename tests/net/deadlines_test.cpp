#include "logio/net/deadlines.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>

#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a deadline fires once, not early") {
  asio::io_context context{1};
  deadline_set set(context.get_executor(), 2ms);
  int fired = 0;
  deadline d(set, [&] { ++fired; });
  const auto begin = clock::now();
  d.arm(20ms);
  CHECK_FALSE(d.has_expired());
  context.run_for(10s);  // returns when nothing is armed
  CHECK(clock::now() - begin >= 20ms);
  CHECK(fired == 1);
  CHECK(d.has_expired());
  CHECK(context.stopped());
}

TEST_CASE("a deadline that is disarmed or destroyed does not fire, and the timer goes to sleep") {
  asio::io_context context{1};
  deadline_set set(context.get_executor(), 1ms);
  int fired = 0;
  deadline disarmed(set, [&] { ++fired; });
  disarmed.arm(1ms);
  disarmed.disarm();
  disarmed.disarm();
  {
    deadline destroyed(set, [&] { ++fired; });
    destroyed.arm(1ms);
  }
  context.run_for(10s);
  CHECK(context.stopped());
  CHECK(fired == 0);
  CHECK_FALSE(disarmed.has_expired());
}

TEST_CASE("a later arm() takes the place of an earlier one") {
  asio::io_context context{1};
  deadline_set set(context.get_executor(), 1ms);
  int fired = 0;
  deadline d(set, [&] { ++fired; });
  d.arm(1h);
  d.arm(1ms);
  REQUIRE(run_until(context, [&] { return fired == 1; }));
  d.arm(1h);
  CHECK_FALSE(d.has_expired());
  d.disarm();
}

TEST_CASE("an expired deadline may arm itself again, and may end others that are due") {
  asio::io_context context{1};
  deadline_set set(context.get_executor(), 1ms);
  int fired = 0;
  std::optional<deadline> a, b;
  // Whichever is first destroys the other one: only one of the two fires.
  a.emplace(set, [&] { ++fired, b.reset(); });
  b.emplace(set, [&] { ++fired, a.reset(); });
  a->arm(0ms);
  b->arm(0ms);
  int rounds = 0;
  deadline again(set, [&] {
    if (++rounds < 3) again.arm(1ms);
  });
  again.arm(1ms);
  context.run_for(10s);
  CHECK(context.stopped());
  CHECK(fired == 1);
  CHECK(rounds == 3);
}

TEST_CASE("a deadline may be destroyed by what it calls") {
  asio::io_context context{1};
  deadline_set set(context.get_executor(), 1ms);
  std::unique_ptr<deadline> d;
  d = std::make_unique<deadline>(set, [&] { d.reset(); });
  d->arm(0ms);
  CHECK(run_until(context, [&] { return d == nullptr; }));
}

}  // namespace
}  // namespace logio::net
