#include "logio/hub/subscription.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>

#include "hub/support.hpp"

namespace logio::hub::testing {
namespace {

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

TEST_CASE("what is in flight is never dropped, and the notice stands where the gap is") {
  fixture f;
  const auto shop = f.open("shop");
  reader slow;
  f.subscribe(slow, apps("shop"));
  f.publish(shop, {"line 0"});
  f.run();
  CHECK(slow.take() == "line 0\n");
  for (int i = 1; i < 20'000; ++i) {
    REQUIRE(f.publish(shop, {fmt::format("line {}", i)}).status == ring::append_status::ok);
    f.run();
  }
  slow.sub->sent();
  const auto dropped = static_cast<int>(slow.sub->counts().dropped);
  CHECK(dropped > 0);
  // The block in flight went on growing: its rest comes first, then the notice.
  const std::string rest = slow.take_all();
  const std::string notice = fmt::format("!dropped {}\n", dropped);
  const auto at = rest.find(notice);
  REQUIRE(at != std::string::npos);
  const auto before = rest.substr(0, at);
  const auto kept = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  CHECK(kept > 0);
  CHECK(rest == lines("line ", 1, 1 + kept) + notice + lines("line ", 1 + kept + dropped, 20'000));
}

TEST_CASE("a loss with nothing behind it is told when the reader has caught up") {
  dispatcher_limits limits;
  limits.queues_bytes_max = 8 << 10;
  fixture f(limits);
  const auto shop = f.open("shop");
  reader slow;
  f.subscribe(slow, apps("shop"));
  f.publish(shop, {"first"});
  f.run();
  CHECK(slow.take() == "first\n");
  for (int i = 0; i < 20; ++i) f.publish(shop, {std::string(3000, 'x')});
  f.run();
  slow.sub->sent();
  const std::string got = slow.take_all();
  const auto c = slow.sub->counts();
  CHECK(c.dropped > 0);
  CHECK(got.ends_with(fmt::format("!dropped {}\n", c.dropped)));
  CHECK(c.sent + c.dropped == 21);
  CHECK(c.queued == 0);
  f.publish(shop, {"next"});
  f.run();
  CHECK(slow.take_all() == "next\n");
}

TEST_CASE("a waiting reader is woken by a loss alone") {
  dispatcher_limits limits;
  limits.queues_bytes_max = 8 << 10;
  fixture f(limits);
  const auto shop = f.open("shop");
  const auto pay = f.open("pay");
  reader hog, idle;
  f.subscribe(hog, apps("shop"));
  f.subscribe(idle, apps("pay"));
  f.publish(shop, {"first"});
  f.run();
  CHECK(hog.take() == "first\n");
  f.publish(pay, {std::string(8000, 'y')});  // no room beside what is in flight
  f.run();
  CHECK(idle.ready == 1);
  CHECK(idle.take_all() == "!dropped 1\n");
  hog.sub->sent();
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

/// A reader that takes at random and adds up what it is told.
struct member {
  void confirm() {
    if (taken) r.sub->sent();
    taken = false;
  }
  void take() {
    const std::string text = r.take(1 + 5000);
    taken = !text.empty();
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      if (line.starts_with("!dropped ")) {
        announced += std::stoull(line.substr(9));
      } else {
        ++received;
      }
      at = end + 1;
    }
  }

  reader r;
  std::size_t app = 0;
  std::uint64_t expected = 0;
  std::uint64_t received = 0;
  std::uint64_t announced = 0;
  bool taken = false;
};

/// Subscribers of five topics that come, read, stall and go at random.
struct crowd {
  crowd() {
    for (int i = 0; i < 5; ++i) topics.push_back(f.open(fmt::format("app{}", i)));
  }
  void join(std::mt19937& random) {
    if (members.size() >= 20) return;
    auto m = std::make_unique<member>();
    m->app = random() % 5;
    f.subscribe(m->r, apps(fmt::format("app{}", m->app)));
    members.push_back(std::move(m));
  }
  void leave(std::mt19937& random) {
    if (members.empty() || random() % 4 != 0) return;
    const auto at = members.begin() + static_cast<std::ptrdiff_t>(random() % members.size());
    gone += (*at)->expected;
    members.erase(at);
  }
  void read(std::mt19937& random) {
    for (auto& m : members) {
      if (random() % 3 != 0) continue;
      m->confirm();
      m->take();
    }
  }
  void publish(std::mt19937& random) {
    const std::size_t app = random() % 5;
    const std::vector<std::string> texts(1 + random() % 40, std::string(random() % 600, 'z'));
    REQUIRE(f.publish(topics[app], texts).status == ring::append_status::ok);
    for (auto& m : members) m->expected += m->app == app ? texts.size() : 0;
    f.run();
  }

  fixture f;
  std::vector<topic_ptr> topics;
  std::vector<std::unique_ptr<member>> members;
  std::uint64_t gone = 0;  // matched by members that have left
};

TEST_CASE("subscribers that come and go at random lose nothing that is not announced") {
  const auto seed = Catch::getSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  crowd c;
  for (int round = 0; round < 3000; ++round) {
    switch (random() % 6) {
      case 0: c.join(random); break;
      case 1: c.leave(random); break;
      case 2: c.read(random); break;
      default: c.publish(random);
    }
    CHECK(c.f.dispatch.pool().allocated_bytes() <= 1u << 20);
  }
  std::uint64_t matched = c.gone;
  for (auto& m : c.members) {
    do {
      m->confirm();
      m->take();
    } while (m->taken);
    CHECK(m->received + m->announced == m->expected);
    CHECK(m->r.sub->counts().matched == m->expected);
    CHECK(m->r.sub->counts().dropped == m->announced);
    matched += m->expected;
  }
  c.members.clear();
  const shard_counters& n = c.f.counters;
  CHECK(n.sent_records.get() + n.dropped_records.get() + n.discarded_records.get() == matched);
}

TEST_CASE("what is not confirmed as sent is as old as its oldest record") {
  constexpr std::int64_t second = 1'000'000'000;
  fixture f;
  reader fast, slow;
  f.subscribe(fast, apps("a"));
  f.subscribe(slow, apps("a"));
  const topic_ptr topic = f.open("a");
  CHECK(fast.sub->unsent_since_ns() == 0);
  f.publish(topic, {"one"}, 1 * second);
  f.publish(topic, {"two"}, 2 * second);
  f.run();
  CHECK(fast.sub->unsent_since_ns() == 1 * second);
  CHECK(fast.take_all() == "one\ntwo\n");
  CHECK(fast.sub->unsent_since_ns() == 0);
  CHECK(slow.take() == "one\ntwo\n");
  CHECK(slow.sub->unsent_since_ns() == 1 * second);  // in flight is not yet sent

  f.publish(topic, {"three"}, 30 * second);  // grows the block that the slow one holds
  f.run();
  CHECK(fast.sub->unsent_since_ns() == 30 * second);
  slow.sub->sent();
  CHECK(slow.sub->unsent_since_ns() == 30 * second);
  CHECK(slow.take_all() == "three\n");
  CHECK(slow.sub->unsent_since_ns() == 0);
}

TEST_CASE("what was dropped is not waited for") {
  constexpr std::int64_t second = 1'000'000'000;
  fixture f;
  reader slow;
  f.subscribe(slow, apps("a"));
  const topic_ptr topic = f.open("a");
  const std::string text(4000, 'x');
  for (int i = 1; i <= 100; ++i) {
    f.publish(topic, {text}, i * second);
    f.run();
  }
  const auto counts = slow.sub->counts();
  REQUIRE(counts.dropped > 0);
  CHECK(slow.sub->unsent_since_ns() ==
        static_cast<std::int64_t>(counts.dropped + 1) * second);
  slow.take_all();
  CHECK(slow.sub->unsent_since_ns() == 0);
}

TEST_CASE("each sent record is counted by its format and by how long it took") {
  fixture f;
  reader r;
  f.subscribe(r, apps("a"));
  const topic_ptr topic = f.open("a");
  f.publish(topic, {"one", "two"});  // in 1970: in the last range
  f.run();
  r.take_all();
  CHECK(f.counters.publish_to_send.count(latency_histogram::ranges - 1) == 2);
  CHECK(f.counters.publish_to_send.sum_seconds() > 1e9);
  CHECK(f.counters.sent_records_by_format[7].get() == 2);
  CHECK(f.counters.sent_bytes_by_format[7].get() == f.counters.sent_bytes.get());
}

TEST_CASE("a block that was dropped behind what is in flight does not come back when it grows") {
  dispatcher_limits limits = fixture::small_limits();
  limits.queues_bytes_max = 24 << 10;
  fixture f(limits);
  reader a, b, d, e;
  f.subscribe(a, apps("a"));
  f.subscribe(b, apps("a"));
  f.subscribe(d, apps("d"));
  f.subscribe(e, apps("e"));
  const topic_ptr of_a = f.open("a"), of_d = f.open("d"), of_e = f.open("e");
  const std::string text(3000, 'x');
  f.publish(of_a, {text});  // a block of 4 KiB
  f.run();
  CHECK(a.take() == text + "\n");
  CHECK(b.take_all() == text + "\n");
  f.publish(of_a, {text});  // and one of 8 KiB, which both hold
  f.run();
  f.publish(of_d, {text});
  f.run();
  f.publish(of_d, {text});
  f.run();
  f.publish(of_e, {"e"});  // a loses what it can, and then d
  f.run();
  REQUIRE(a.sub->counts().dropped == 1);
  REQUIRE(d.sub->counts().dropped == 1);

  f.publish(of_a, {"more"});  // there was room in the block that a has lost and b holds
  f.run();
  a.sub->sent();
  CHECK(a.take_all() == "!dropped 1\nmore\n");
  for (reader* r : {&b, &d, &e}) r->take_all();
  for (const reader* r : {&a, &b, &d, &e}) {
    const subscription_counts n = r->sub->counts();
    CHECK(n.matched == n.sent + n.dropped);
  }
}

}  // namespace
}  // namespace logio::hub::testing
