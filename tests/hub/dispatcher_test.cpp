#include "logio/hub/dispatcher.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>

#include "hub/support.hpp"

namespace logio::hub::testing {
namespace {

filter::spec apps(std::string pattern) {
  filter::spec s;
  s.app.push_back(std::move(pattern));
  return s;
}

filter::spec logs(std::string pattern) {
  filter::spec s;
  s.log.push_back(std::move(pattern));
  return s;
}

void scan_all(fixture& f) {
  f.run();
  for (int i = 0; i < 1000 && f.dispatch.has_scan_work(); ++i) {
    f.dispatch.scan(std::int64_t{i} * 1'000'000'000);
  }
  REQUIRE_FALSE(f.dispatch.has_scan_work());
}

TEST_CASE("a subscriber gets what is appended after it subscribed, and nothing from before") {
  fixture f;
  const auto shop = f.open("shop");
  f.publish(shop, {"before"});
  reader r;
  f.subscribe(r, apps("shop"));
  f.publish(shop, {"after 1", "after 2"});
  f.run();
  CHECK(r.ready == 1);
  CHECK(r.take_all() == "after 1\nafter 2\n");
}

TEST_CASE("a later subscriber of the same group does not see what the first had pending") {
  fixture f;
  const auto shop = f.open("shop");
  reader first, second;
  f.subscribe(first, apps("shop"));
  f.publish(shop, {"one"});
  f.subscribe(second, apps("shop"));
  f.publish(shop, {"two"});
  f.run();
  CHECK(first.take_all() == "one\ntwo\n");
  CHECK(second.take_all() == "two\n");
}

TEST_CASE("a topic that appears after the subscription joins it") {
  fixture f;
  reader r;
  f.subscribe(r, apps("shop|pay"));
  f.publish(f.open("other"), {"no"});
  f.publish(f.open("pay"), {"yes"});
  f.run();
  CHECK(r.take_all() == "yes\n");
}

TEST_CASE("a group that appears after the topic joins its route") {
  fixture f;
  const auto shop = f.open("shop");
  reader a, b;
  f.subscribe(a, apps("shop"));
  f.publish(shop, {"1"});
  f.run();
  f.subscribe(b, apps("s.*"));
  f.publish(shop, {"2"});
  f.run();
  CHECK(a.take_all() == "1\n2\n");
  CHECK(b.take_all() == "2\n");
}

TEST_CASE("on_ready is called once until take() has found nothing") {
  fixture f;
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, apps("shop"));
  f.publish(shop, {"1"});
  f.run();
  f.publish(shop, {"2"});
  f.run();
  CHECK(r.ready == 1);
  CHECK(r.take_all() == "1\n2\n");
  f.publish(shop, {"3"});
  f.run();
  CHECK(r.ready == 2);
}

TEST_CASE("records that arrive while bytes are in flight follow them") {
  fixture f;
  const auto shop = f.open("shop");
  reader r, other;
  f.subscribe(r, apps("shop"));
  f.subscribe(other, apps("shop"));
  f.publish(shop, {"1"});
  f.run();
  CHECK(r.take() == "1\n");
  f.publish(shop, {"2"});
  f.run();
  r.sub->sent();
  CHECK(r.take_all() == "2\n");
  CHECK(other.take_all() == "1\n2\n");
}

TEST_CASE("a slow reader loses the oldest whole blocks and is told exactly") {
  fixture f;
  const auto shop = f.open("shop");
  reader slow, quick;
  f.subscribe(slow, apps("shop"));
  f.subscribe(quick, apps("shop"));
  std::string expected;
  constexpr int total = 20'000;
  for (int i = 0; i < total; i += 100) {
    std::vector<std::string> texts;
    for (int k = i; k < i + 100; ++k) texts.push_back(fmt::format("line {}", k));
    REQUIRE(f.publish(shop, texts).status == ring::append_status::ok);
    f.run();
    expected += quick.take_all();
    CHECK(slow.sub->counts().queued_bytes <= 64u << 10);
  }
  CHECK(expected == lines("line ", 0, total));
  const auto before = slow.sub->counts();
  CHECK(before.dropped > 0);
  CHECK(before.matched == total);
  CHECK(before.queued + before.dropped == before.matched);
  const std::string got = slow.take_all();
  const auto n = static_cast<int>(before.dropped);
  CHECK(got == fmt::format("!dropped {}\n", n) + lines("line ", n, total));
  const auto after = slow.sub->counts();
  CHECK(after.sent + after.dropped == total);
  CHECK(after.queued == 0);
}

TEST_CASE("what is in flight is never dropped, and the notice comes behind it") {
  fixture f;
  const auto shop = f.open("shop");
  reader slow;
  f.subscribe(slow, apps("shop"));
  f.publish(shop, {"first"});
  f.run();
  CHECK(slow.take() == "first\n");
  for (int i = 0; i < 400; ++i) {
    f.publish(shop, {std::string(1000, 'x')});
    f.run();
  }
  slow.sub->sent();
  const auto dropped = slow.sub->counts().dropped;
  CHECK(dropped > 0);
  const std::string rest = slow.take_all();
  CHECK(rest.starts_with(fmt::format("!dropped {}\n", dropped)) == true);
  CHECK(slow.sub->counts().sent + dropped == 401);
}

TEST_CASE("past the total the reader that holds the most sheds first, and memory stays below") {
  dispatcher_limits limits;
  limits.queue_bytes_max = 4 << 20;
  limits.queues_bytes_max = 256 << 10;
  fixture f(limits);
  const auto shop = f.open("shop");
  const auto pay = f.open("pay");
  reader big, small;
  f.subscribe(big, apps("shop"));
  f.subscribe(small, apps("pay"));
  f.publish(pay, {"kept"});
  for (int i = 0; i < 1000; ++i) {
    f.publish(shop, {std::string(1000, 'x')});
    f.run();
    CHECK(f.dispatch.pool().allocated_bytes() <= 256u << 10);
  }
  CHECK(small.take_all() == "kept\n");
  CHECK(small.sub->counts().dropped == 0);
  big.take_all();
  const auto c = big.sub->counts();
  CHECK(c.dropped > 0);
  CHECK(c.sent + c.dropped == 1000);
}

TEST_CASE("when everything is in flight, new records are dropped and counted") {
  dispatcher_limits limits;
  limits.queues_bytes_max = 16 << 10;
  fixture f(limits);
  const auto shop = f.open("shop");
  reader stuck;
  f.subscribe(stuck, apps("shop"));
  int published = 0;
  std::size_t taken = 0;
  for (int i = 0; i < 200; ++i) {
    f.publish(shop, {std::string(1000, 'x')});
    ++published;
    f.run();
    if (taken == 0) taken = stuck.take().size();
  }
  CHECK(f.dispatch.pool().allocated_bytes() <= 16u << 10);
  stuck.sub->sent();
  stuck.take_all();
  const auto c = stuck.sub->counts();
  CHECK(c.sent + c.dropped == static_cast<std::uint64_t>(published));
}

TEST_CASE("a record larger than a block and than the queue is delivered") {
  fixture f(fixture::small_limits(), 32 << 20);
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, apps("shop"));
  const std::string large(64'000, 'y');  // with its block's head beyond the 64 KiB of the queue
  f.publish(shop, {large});
  f.run();
  CHECK(r.take_all() == large + "\n");
  f.publish(shop, {large});
  f.publish(shop, {large});
  f.run();
  CHECK(r.take_all() == "!dropped 1\n" + large + "\n");  // the newest block stays
}

TEST_CASE("line patterns select lines, one filter or many") {
  fixture f;
  const auto shop = f.open("shop");
  const auto pay = f.open("pay");
  reader errors, timeouts, no_debug;
  f.subscribe(errors, logs("ERROR"));
  f.publish(shop, {"an ERROR", "fine"});
  scan_all(f);
  CHECK(errors.take_all() == "an ERROR\n");

  filter::spec pay_timeouts = logs("time.?out");
  pay_timeouts.app = {"pay"};
  f.subscribe(timeouts, pay_timeouts);
  filter::spec quiet;
  quiet.exclude = {"DEBUG"};
  f.subscribe(no_debug, quiet);
  f.publish(shop, {"ERROR timeout", "DEBUG x"});
  f.publish(pay, {"ERROR time-out", "DEBUG timeout"});
  scan_all(f);
  CHECK(errors.take_all() == "ERROR timeout\nERROR time-out\n");
  CHECK(timeouts.take_all() == "ERROR time-out\nDEBUG timeout\n");
  CHECK(no_debug.take_all() == "ERROR timeout\nERROR time-out\n");
}

TEST_CASE("a line scanner that the ring has overtaken says how many positions it missed") {
  fixture f;
  const auto shop = f.open("shop");
  reader errors, all;
  f.subscribe(errors, logs("ERROR"));
  f.subscribe(all, apps("shop"));
  std::uint64_t published = 0;
  f.publish(shop, {"ERROR first"});
  ++published;
  scan_all(f);
  CHECK(errors.take_all() == "ERROR first\n");
  for (int i = 0; i < 8000; ++i) {  // twice the ring
    REQUIRE(f.publish(shop, {std::string(1000, 'x')}).status == ring::append_status::ok);
    ++published;
    f.run();
    all.take_all();
  }
  scan_all(f);
  f.publish(shop, {"ERROR last"});
  scan_all(f);
  CHECK(errors.take_all() == fmt::format("!missed {}\nERROR last\n", published - 1));
  CHECK(errors.sub->counts().missed == published - 1);
}

TEST_CASE("the scanner's budget holds while the thread is busy and not while it is idle") {
  fixture f;
  const auto shop = f.open("shop");
  reader errors;
  f.subscribe(errors, logs("ERROR"));
  // At one instant nothing has been earned: a busy thread pauses, the next turn finds it idle only
  // if nothing else ran in between.
  f.publish(shop, {"x"});
  f.run();
  CHECK(f.dispatch.scan(1) == line_scanner::outcome::pause);
  f.publish(shop, {"x"});
  f.run();
  CHECK(f.dispatch.scan(1'000'000'000) == line_scanner::outcome::caught_up);
}

TEST_CASE("without subscribers the ring is not held back") {
  fixture f;
  const auto shop = f.open("shop");
  {
    reader r;
    f.subscribe(r, apps("shop"));
  }
  for (int i = 0; i < 20'000; ++i) {
    REQUIRE(f.publish(shop, {std::string(1000, 'x')}).status == ring::append_status::ok);
  }
  CHECK_FALSE(f.dispatch.run(true));
}

TEST_CASE("subscribers that come and go at random lose nothing that is not announced") {
  const auto seed = Catch::getSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  fixture f;
  std::vector<topic_ptr> topics;
  for (int i = 0; i < 5; ++i) topics.push_back(f.open(fmt::format("app{}", i)));
  struct member {
    reader r;
    int app = 0;
    std::uint64_t expected = 0;
    std::uint64_t received = 0;
    std::uint64_t announced = 0;
    bool taken = false;
  };
  std::vector<std::unique_ptr<member>> members;
  const auto confirm = [](member& m) {
    if (m.taken) m.r.sub->sent();
    m.taken = false;
  };
  const auto take = [](member& m) {
    std::string text = m.r.take(1 + 5000);
    m.taken = !text.empty();
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      if (line.starts_with("!dropped ")) {
        m.announced += std::stoull(line.substr(9));
      } else {
        ++m.received;
      }
      at = end + 1;
    }
  };
  for (int round = 0; round < 3000; ++round) {
    switch (random() % 6) {
      case 0:
        if (members.size() < 20) {
          auto m = std::make_unique<member>();
          m->app = static_cast<int>(random() % 5);
          f.subscribe(m->r, apps(fmt::format("app{}", m->app)));
          members.push_back(std::move(m));
        }
        break;
      case 1:
        if (!members.empty() && random() % 4 == 0) {
          const auto at = members.begin() + static_cast<std::ptrdiff_t>(random() % members.size());
          f.gone += (*at)->expected;
          members.erase(at);
        }
        break;
      case 2:
        for (auto& m : members) {
          if (random() % 3 == 0) {
            confirm(*m);
            take(*m);
          }
        }
        break;
      default: {
        const auto app = static_cast<int>(random() % 5);
        std::vector<std::string> texts(1 + random() % 40, std::string(random() % 600, 'z'));
        const auto added = texts.size();
        REQUIRE(f.publish(topics[static_cast<std::size_t>(app)], texts).status ==
                ring::append_status::ok);
        for (auto& m : members) m->expected += m->app == app ? added : 0;
        f.run();
      }
    }
    CHECK(f.dispatch.pool().allocated_bytes() <= 1u << 20);
  }
  f.run();
  for (auto& m : members) {
    do {
      confirm(*m);
      take(*m);
    } while (m->taken);
    CHECK(m->received + m->announced == m->expected);
    CHECK(m->r.sub->counts().matched == m->expected);
    CHECK(m->r.sub->counts().dropped == m->announced);
  }
  std::uint64_t matched = f.gone;
  for (auto& m : members) matched += m->expected;
  members.clear();
  CHECK(f.counters.sent_records.get() + f.counters.dropped_records.get() +
            f.counters.discarded_records.get() ==
        matched);
}

}  // namespace
}  // namespace logio::hub::testing
