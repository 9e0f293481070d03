#include "logio/hub/history_set.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "hub/support.hpp"

namespace logio::hub {
namespace {

using testing::apps;
using testing::monotonic_now;
using testing::reader;

/// Enough history that a reader needs several turns for it.
struct world : testing::fixture {
  world() : fixture(limits(), 16 << 20), shop(open("shop")) {
    const std::vector<std::string> texts(100, std::string(100, 'x'));
    for (int i = 0; i < 1100; ++i) publish(shop, texts);
  }
  static dispatcher_limits limits() {
    dispatcher_limits l;
    l.queues_bytes_max = 32 << 20;
    return l;
  }
  void ask(reader& r) { subscribe(r, apps("shop"), {.oldest = true}); }

  topic_ptr shop;
};

TEST_CASE("readers of history have their turns one after the other") {
  world w;
  std::array<reader, 4> readers;
  for (reader& r : readers) w.ask(r);
  std::array<std::size_t, 4> got{};
  for (int round = 0; round < 8; ++round) {
    for (std::size_t i = 0; i < readers.size(); ++i) got[i] += readers[i].take_all().size();
    for (int turn = 0; turn < 4; ++turn) w.dispatch.read_history(monotonic_now());
  }
  for (const std::size_t bytes : got) {
    CHECK(bytes > 0);
    CHECK(bytes < 4 * got[0]);
    CHECK(got[0] < 4 * bytes);
  }
}

TEST_CASE("on a busy thread history has a share of the time only") {
  world w;
  reader r;
  w.ask(r);
  std::int64_t now = monotonic_now();
  int turns = 0, pauses = 0;
  for (int i = 0; i < 1000; ++i, now += 1000) {
    w.dispatch.note_busy();
    r.take_all();
    if (!w.dispatch.has_history_work()) break;
    const auto did = w.dispatch.read_history(now);
    ++(did == history_set::outcome::pause ? pauses : turns);
  }
  CHECK(turns > 0);
  CHECK(pauses > 0);
}

TEST_CASE("work is told of once, when there is some and there was none") {
  world w;
  int told = 0;
  w.dispatch.when_history_work([&] { ++told; });
  std::array<reader, 2> readers;
  for (reader& r : readers) w.ask(r);
  while (w.dispatch.has_history_work()) w.dispatch.read_history(monotonic_now());
  told = 0;
  for (reader& r : readers) CHECK_FALSE(r.take_all().empty());
  CHECK(told == 1);
  CHECK(w.dispatch.has_history_work());
}

TEST_CASE("a subscriber may leave at any time") {
  world w;
  for (int turns = 0; turns < 4; ++turns) {
    reader r;
    w.ask(r);
    for (int i = 0; i < turns; ++i) {
      if (w.dispatch.has_history_work()) w.dispatch.read_history(monotonic_now());
    }
    r.take();
    r.sub.reset();
    CHECK(w.dispatch.subscribers() == 0);
    CHECK_FALSE(w.dispatch.has_history_work());
  }
}

}  // namespace
}  // namespace logio::hub
