#include "logio/net/interruption.hpp"

#include <poll.h>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <thread>

#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;
using waited = interruption::waited;

TEST_CASE("a wait ends with the event, with its time or when it is interrupted") {
  const tcp_pair pair;
  interruption flag;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  CHECK(flag.wait(pair.client.get(), POLLOUT, now() + 10s) == waited::ready);
  CHECK(flag.wait(pair.client.get(), POLLOUT, now() - 1s) == waited::ready);
  const auto before = now();
  CHECK(flag.wait(pair.client.get(), POLLIN, before + 20ms) == waited::timed_out);
  CHECK(now() >= before + 20ms);
  CHECK_FALSE(flag.raised());

  std::thread other([&] { flag.raise(); });
  CHECK(flag.wait(pair.client.get(), POLLIN, now() + 10s) == waited::interrupted);
  other.join();
  CHECK(flag.raised());
  CHECK(flag.wait(pair.client.get(), POLLOUT, now() + 10s) == waited::interrupted);
}

}  // namespace
}  // namespace logio::net
