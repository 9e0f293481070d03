#include "app/alive_probe.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::app {
namespace {

/// The main thread and two I/O threads, each of which runs when it is told to.
struct probed_threads {
  asio::io_context main{1}, first{1}, second{1};
  alive_probe probe{main.get_executor(), {first.get_executor(), second.get_executor()}};
  int answers = 0;

  void ask() {
    probe.ask([this] { ++answers; });
  }
  static void turn(asio::io_context& context) {
    context.restart();
    context.poll();
  }
};

TEST_CASE("the answer comes to the main thread when all threads have answered") {
  probed_threads t;
  CHECK_FALSE(t.probe.is_under_way());
  t.ask();
  CHECK(t.probe.is_under_way());
  probed_threads::turn(t.first);
  probed_threads::turn(t.second);
  CHECK(t.answers == 0);
  CHECK(t.probe.is_under_way());
  probed_threads::turn(t.main);
  CHECK(t.answers == 1);
  CHECK_FALSE(t.probe.is_under_way());
}

TEST_CASE("a thread that hangs keeps the answer back, and is named; it may come late") {
  probed_threads t;
  t.ask();
  CHECK(t.probe.first_silent() == 0);
  probed_threads::turn(t.first);
  probed_threads::turn(t.main);
  CHECK(t.answers == 0);
  CHECK(t.probe.first_silent() == 1);
  probed_threads::turn(t.second);
  probed_threads::turn(t.main);
  CHECK(t.answers == 1);
  t.ask();
  probed_threads::turn(t.second);
  probed_threads::turn(t.main);
  CHECK(t.answers == 1);
  CHECK(t.probe.first_silent() == 0);
}

TEST_CASE("the next question may be asked in the answer") {
  probed_threads t;
  t.probe.ask([&t] {
    ++t.answers;
    t.ask();
  });
  for (int i = 0; i < 2; ++i) {
    probed_threads::turn(t.first);
    probed_threads::turn(t.second);
    probed_threads::turn(t.main);
  }
  CHECK(t.answers == 2);
}

}  // namespace
}  // namespace logio::app
