#include "logio/net/connection_limit.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>
#include <vector>

namespace logio::net {
namespace {

TEST_CASE("there are as many tickets as the limit allows, and they come back") {
  connection_limit limit(2);
  auto a = limit.try_acquire();
  auto b = limit.try_acquire();
  REQUIRE((a && b));
  CHECK_FALSE(limit.try_acquire());
  CHECK(limit.open() == 2);
  CHECK(limit.max() == 2);
  a.reset();
  CHECK(limit.open() == 1);
  CHECK(limit.try_acquire());
  CHECK_FALSE(connection_limit(0).try_acquire());
}

TEST_CASE("a ticket that is moved is counted once, in both numbers") {
  connection_limit limit(2);
  std::atomic<std::size_t> here{0};
  {
    auto a = limit.try_acquire(&here);
    auto b = limit.try_acquire();
    CHECK(here == 1);
    connection_limit::ticket moved(std::move(*a));
    a.reset();
    CHECK(limit.open() == 2);
    *b = std::move(moved);
    b.reset();
    CHECK(limit.open() == 1);
  }
  CHECK(limit.open() == 0);
  CHECK(here == 0);
}

TEST_CASE("threads together never hold more than the limit") {
  connection_limit limit(2);
  std::atomic<int> held{0};
  std::atomic<bool> too_many{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const auto ticket = limit.try_acquire();
        if (!ticket) continue;
        if (held.fetch_add(1) >= 2) too_many = true;
        held.fetch_sub(1);
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK_FALSE(too_many);
  CHECK(limit.open() == 0);
}

}  // namespace
}  // namespace logio::net
