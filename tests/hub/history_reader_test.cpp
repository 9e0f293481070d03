// What a subscriber with history gets, against a model that is a list of all records.
#include "logio/hub/history_reader.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <limits>
#include <random>

#include "hub/support.hpp"

namespace logio::hub {
namespace {

using testing::apps;
using testing::lines;
using testing::logs;
using testing::monotonic_now;
using testing::reader;
using testing::second;

/// A hub whose log is also kept as a list.
struct logged : testing::fixture {
  struct entry {
    std::uint64_t position;
    std::int64_t arrival_ns;
    std::string app, text;
    record::severity_number severity;
  };

  explicit logged(dispatcher_limits limits = generous_limits(), std::size_t ring_bytes = 4 << 20)
      : fixture(limits, ring_bytes) {}

  static dispatcher_limits generous_limits() {
    dispatcher_limits l;
    l.queue_bytes_max = 4 << 20;
    l.queues_bytes_max = 16 << 20;
    return l;
  }

  void append(const topic_ptr& topic, int count, std::int64_t arrival_ns, int severity = 0) {
    batch.clear();
    for (int i = 0; i < count; ++i) {
      record::head head;
      head.severity = static_cast<record::severity_number>(severity == 0 ? 0 : (severity + i) % 25);
      const std::string text =
          fmt::format("{} {}{}", topic->topic.app, next, next % 7 == 0 ? " seven" : "");
      batch.append(head, text);
      log.push_back({next++, arrival_ns, topic->topic.app, text, head.severity});
    }
    topic->records += static_cast<std::uint64_t>(count);
    const auto done =
        ring->try_append({arrival_ns, batch.count(), topic->id, {batch.data(), batch.bytes()}});
    REQUIRE(done.status == ring::append_status::ok);
    REQUIRE(done.first_position == next - static_cast<std::uint64_t>(count));
  }

  /// Dispatches and reads history until nothing is left to do, or `turns` are over.
  void work(int turns = std::numeric_limits<int>::max()) {
    run();
    while (turns-- > 0 && dispatch.has_history_work()) {
      dispatch.read_history(monotonic_now());
      run();
    }
    while (dispatch.has_scan_work()) dispatch.scan(monotonic_now());
  }

  std::string all(reader& r) {
    std::string out;
    for (;;) {
      work();
      const std::string some = r.take_all();
      if (some.empty() && !dispatch.has_history_work()) return out;
      out += some;
    }
  }

  /// The texts that a naive reader of the list would get.
  std::string expected(const filter::filter& f, const history_request& asked, std::uint64_t from,
                       std::uint64_t end) const {
    std::vector<std::string> out;
    for (const entry& e : log) {
      if (e.position < from || (asked.after && e.position <= *asked.after)) continue;
      if (!asked.follow && e.position >= end) continue;
      if (asked.since_ns && e.arrival_ns < *asked.since_ns) continue;
      if (asked.until_ns && e.arrival_ns >= *asked.until_ns) continue;
      if (e.severity < f.source().severity || !f.app(e.app) || !f.matches_line(e.text)) continue;
      if (asked.live_only() && e.position < end) continue;
      const bool live = e.position >= end;
      if (!live && asked.tail == 0) continue;
      if (!live && asked.tail && out.size() == *asked.tail) out.erase(out.begin());
      out.push_back(e.text + "\n");
    }
    std::string joined;
    for (const auto& text : out) joined += text;
    return joined;
  }

  std::vector<entry> log;
  std::uint64_t next = 0;
};

TEST_CASE("tail, since, until and after give what they say, then what is new") {
  logged hub;
  const auto shop = hub.open("shop"), blog = hub.open("blog");
  hub.append(shop, 3, 10 * second);
  hub.append(blog, 3, 20 * second);
  hub.append(shop, 3, 30 * second);
  const auto got = [&](const history_request& asked, const filter::spec& s) {
    reader r;
    hub.subscribe(r, s, asked);
    const std::string before = hub.all(r);
    CHECK(hub.dispatch.subscribers() == 1);
    return before;
  };
  const std::string s0 = "shop 0 seven\nshop 1\nshop 2\n", s6 = "shop 6\nshop 7 seven\nshop 8\n";
  CHECK(got({.tail = 2}, apps("shop")) == "shop 7 seven\nshop 8\n");
  CHECK(got({.tail = 4}, apps("shop")) == "shop 2\n" + s6);
  CHECK(got({.tail = 100}, apps("shop")) == s0 + s6);
  CHECK(got({.tail = 0}, apps("shop")).empty());
  CHECK(got({.tail = 1, .follow = false}, logs("seven")) == "shop 7 seven\n");
  CHECK(got({.since_ns = 30 * second}, apps("shop")) == s6);
  CHECK(got({.since_ns = 30 * second + 1}, apps("shop")).empty());
  CHECK(got({.until_ns = 30 * second, .oldest = true, .follow = false}, apps("shop")) == s0);
  CHECK(got({.tail = 1, .since_ns = 10 * second, .until_ns = 30 * second, .follow = false},
            apps("shop")) == "shop 2\n");
  CHECK(got({.after = 6}, apps("shop")) == "shop 7 seven\nshop 8\n");
  CHECK(got({.after = 8}, apps("shop")).empty());
  CHECK(got({.oldest = true, .follow = false}, logs("^shop")) == s0 + s6);
  CHECK(got({.oldest = true, .continuity_lost = true}, apps("shop")) == "!continuity\n" + s0 + s6);
}

TEST_CASE("a subscription says where it starts, and whether it is through") {
  logged hub;
  const auto shop = hub.open("shop");
  hub.append(shop, 10, second);
  reader live, last, ended;
  hub.subscribe(live, apps("shop"));
  CHECK(live.sub->start_position() == 10);
  hub.subscribe(last, apps("shop"), {.tail = 3});
  CHECK(last.sub->start_position() == 7);
  hub.subscribe(ended, apps("shop"), {.after = 3, .follow = false});
  CHECK(ended.sub->start_position() == 4);
  CHECK_FALSE(ended.sub->finished());  // not before all of it is taken
  CHECK(hub.all(ended).size() == std::string_view("shop 4\nshop 5\nshop 6\nshop 7 seven\n").size() +
                                     std::string_view("shop 8\nshop 9\n").size());
  CHECK(ended.sub->finished());
  CHECK_FALSE(last.sub->finished());
}

TEST_CASE("a place that the first turn does not come to is still where the stream starts") {
  dispatcher_limits limits = logged::generous_limits();
  limits.history_first_slice_ns = 0;
  logged hub(limits);
  const auto shop = hub.open("shop");
  for (int i = 0; i < 300; ++i) hub.append(shop, 1, second);
  reader r;
  hub.subscribe(r, apps("shop"), {.after = 250});
  CHECK(r.sub->start_position() == 251);
  CHECK(hub.all(r).starts_with("shop 251\n"));
}

TEST_CASE("a subscription that begins with a loss starts in front of it") {
  logged hub(logged::generous_limits(), 1 << 20);
  const auto shop = hub.open("shop");
  for (int i = 0; i < 400; ++i) {
    hub.append(shop, 100, second);
    hub.work();
  }
  reader first, again;
  hub.subscribe(first, apps("shop"), {.after = 6});
  CHECK(first.sub->start_position() == 7);
  const std::string got = hub.all(first);
  REQUIRE(got.starts_with("!missed "));
  const std::uint64_t missed = std::stoull(got.substr(std::string_view("!missed ").size()));
  CHECK(got.find("\n" + hub.log[7 + missed].text + "\n") == got.find('\n'));
  // Whoever was cut off before it could read of the loss, and goes on from there, is told.
  hub.subscribe(again, apps("shop"), {.after = first.sub->start_position() - 1});
  CHECK(hub.all(again) == got);
}

TEST_CASE("a subscriber that caught up shares the group of the others") {
  logged hub;
  const auto shop = hub.open("shop");
  hub.append(shop, 10, second);
  reader live, late;
  hub.subscribe(live, apps("shop"));
  hub.subscribe(late, apps("shop"), {.tail = 2});
  hub.work();
  int groups = 0;
  hub.dispatch.for_each_group([&](const group& g) {
    ++groups;
    CHECK(g.members().size() == 2);
  });
  CHECK(groups == 1);
  hub.append(shop, 1, second);
  CHECK(hub.all(live) == "shop 10\n");
  CHECK(hub.all(late) == "shop 8\nshop 9\nshop 10\n");
  const auto counts = late.sub->counts();
  CHECK(counts.matched == 3);
  CHECK(counts.sent == 3);
  CHECK(counts.queued == 0);
}

TEST_CASE("a reader of history that does not read holds little and holds nobody up") {
  logged hub;
  const auto shop = hub.open("shop");
  for (int i = 0; i < 200; ++i) hub.append(shop, 200, second);
  reader stuck, live;
  hub.subscribe(stuck, apps("shop"), {.oldest = true});
  CHECK_FALSE(stuck.take().empty());
  hub.subscribe(live, apps("shop"));
  for (int i = 0; i < 200; ++i) {
    hub.append(shop, 10, second);
    hub.work();
    CHECK_FALSE(live.take_all().empty());
  }
  CHECK(stuck.sub->counts().queued_bytes <= 2 * history_reader::fill_bytes_max);
  CHECK(stuck.sub->history_position().has_value());
}

TEST_CASE("lost continuity is said again when its notice is shed before it was sent") {
  logged hub;
  const auto shop = hub.open("shop");
  hub.append(shop, 10, second);
  reader r;
  hub.subscribe(r, apps("shop"), {.oldest = true, .continuity_lost = true});
  CHECK_FALSE(hub.dispatch.make_room(2 * logged::generous_limits().queues_bytes_max));
  hub.append(shop, 1, second);
  CHECK(hub.all(r) == "!continuity\n!dropped 10\nshop 10\n");
}

TEST_CASE("a reader that the ring overtakes is told exactly how many positions it missed") {
  dispatcher_limits limits = logged::generous_limits();
  limits.queue_bytes_max = 64 << 10;
  logged hub(limits, 1 << 20);
  const auto shop = hub.open("shop");
  for (int i = 0; i < 150; ++i) hub.append(shop, 100, second);
  reader slow;
  hub.subscribe(slow, apps("shop"), {.after = 99});
  std::string got = slow.take();
  slow.sub->sent();
  for (int i = 0; i < 600; ++i) {
    hub.append(shop, 100, second);
    hub.run();
  }
  got += hub.all(slow);
  const std::size_t notice = got.find("!missed ");
  REQUIRE(notice != std::string::npos);
  const auto records_before = static_cast<std::uint64_t>(
      std::count(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(notice), '\n'));
  const std::uint64_t missed = std::stoull(got.substr(notice + 8));
  const auto all = static_cast<std::uint64_t>(std::count(got.begin(), got.end(), '\n')) - 1;
  CHECK(all + missed == hub.next - 100);
  const std::string first_behind = hub.log[100 + records_before + missed].text + "\n";
  CHECK(got.substr(got.find('\n', notice) + 1, first_behind.size()) == first_behind);
  CHECK(slow.sub->counts().missed == missed);
}

TEST_CASE("what the ring overwrites in front of the place that was asked for is not missed") {
  dispatcher_limits limits = logged::generous_limits();
  limits.history_first_slice_ns = 0;
  logged hub(limits, 1 << 20);
  const auto shop = hub.open("shop");
  for (int i = 0; i < 2000; ++i) hub.append(shop, 1, second);
  // Near the end of its chunk, so that the first turn ends on the way there.
  const ring::place end = hub.ring->end();
  const std::uint64_t after = end.position - end.offset / 128 - 8;
  reader slow;
  hub.subscribe(slow, apps("shop"), {.after = after});
  REQUIRE(slow.sub->history_position() <= after);  // it is on the way
  for (int i = 0; i < 600; ++i) {
    hub.append(shop, 100, second);
    hub.run();
  }
  const std::string got = hub.all(slow);
  REQUIRE(got.starts_with("!missed "));
  const std::uint64_t missed = std::stoull(got.substr(8));
  const std::string first_behind = hub.log[after + 1 + missed].text + "\n";
  CHECK(got.substr(got.find('\n') + 1, first_behind.size()) == first_behind);
}

TEST_CASE("until in the future ends the stream when its time has come") {
  logged hub;
  const auto shop = hub.open("shop");
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  hub.append(shop, 2, now - second);
  reader r;
  hub.subscribe(r, apps("shop"), {.until_ns = now + 3600 * second, .oldest = true});
  CHECK(hub.all(r) == "shop 0 seven\nshop 1\n");
  CHECK_FALSE(r.sub->finished());
  hub.append(shop, 2, now);
  CHECK(hub.all(r) == "shop 2\nshop 3\n");
  hub.append(shop, 1, now + 3600 * second);  // what comes now is too late
  CHECK(hub.all(r).empty());
  CHECK(r.sub->finished());
}

history_request random_request(std::mt19937_64& random, std::uint64_t next,
                               std::int64_t last_arrival) {
  const auto pick = [&](std::uint64_t n) { return random() % n; };
  const auto time = [&] {
    return static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(last_arrival) + 1));
  };
  history_request asked;
  switch (pick(6)) {
    case 0: asked.tail = pick(2) == 0 ? pick(50) : pick(5000); break;
    case 1: asked.since_ns = time(); break;
    case 2: asked.after = pick(next); break;
    case 3: asked.oldest = true; break;
    case 4:
      asked.tail = pick(1000);
      asked.since_ns = time();
      break;
    default: break;
  }
  if (pick(4) == 0) {
    asked.until_ns = time();
    asked.follow = false;
    asked.oldest = !asked.tail && !asked.since_ns && !asked.after;
  } else if (pick(4) == 0) {
    asked.follow = false;
    asked.oldest = !asked.tail && !asked.since_ns && !asked.after;
  }
  return asked;
}

filter::spec random_filter(std::mt19937_64& random) {
  filter::spec s;
  if (random() % 2 == 0) s.app = {random() % 2 == 0 ? "shop" : "shop|blog"};
  if (random() % 3 == 0) s.log = {random() % 2 == 0 ? "seven" : "[0-9]*3"};
  if (random() % 5 == 0) s.exclude = {"5"};
  if (random() % 4 == 0) s.severity = static_cast<record::severity_number>(random() % 24 + 1);
  return s;
}

TEST_CASE("random requests get what a naive reader of all records would get") {
  const std::uint32_t seed = Catch::getSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 30; ++round) {
    CAPTURE(seed, round);
    logged hub;
    std::vector<topic_ptr> topics;
    for (const char* app : {"shop", "blog", "mail"}) topics.push_back(hub.open(app));
    std::int64_t arrival = 1;
    const auto publish = [&](std::uint64_t batches) {
      for (; batches > 0; --batches) {
        arrival += static_cast<std::int64_t>(random() % 3);
        hub.append(topics[random() % topics.size()], static_cast<int>(random() % 60 + 1), arrival,
                   static_cast<int>(random() % 25));
      }
    };
    publish(random() % 300);
    struct asked {
      reader r;
      history_request request;
      filter::filter wanted;
      std::uint64_t end;
      std::string got;
    };
    std::vector<std::unique_ptr<asked>> all;
    for (int i = 0; i < 20; ++i) {
      publish(random() % 4);
      auto a = std::make_unique<asked>();
      a->request = random_request(random, hub.next + 1, arrival);
      if (a->request.after && *a->request.after >= hub.next) a->request.after = std::nullopt;
      if (!a->request.follow && !a->request.after && !a->request.tail && !a->request.since_ns) {
        a->request.oldest = true;
      }
      a->wanted = testing::compiled(random_filter(random));
      a->end = hub.next;
      a->r.sub = hub.dispatch.subscribe(a->wanted, hub.encoder, a->r, a->request);
      all.push_back(std::move(a));
      // Some read now and then, in pieces, so that all stages meet.
      for (const auto& other : all) {
        hub.work(static_cast<int>(random() % 3));
        if (random() % 3 == 0 || other->r.sub->in_flight()) continue;
        const std::string some = other->r.take(random() % 5000 + 1);
        if (some.empty()) continue;
        other->got += some;
        other->r.sub->sent();
      }
    }
    publish(random() % 20);
    for (const auto& a : all) {
      a->got += hub.all(a->r);
      const std::string expected = hub.expected(a->wanted, a->request, 0, a->end);
      CAPTURE(filter::to_query(a->wanted.source()), a->request.tail.value_or(99999),
              a->request.after.value_or(99999), a->request.follow, a->request.oldest, a->end,
              a->request.since_ns.value_or(-1), a->request.until_ns.value_or(-1));
      const auto [differs, there] =
          std::mismatch(a->got.begin(), a->got.end(), expected.begin(), expected.end());
      CAPTURE(a->got.size(), expected.size(), differs - a->got.begin(),
              std::string(differs, a->got.end()).substr(0, 60),
              std::string(there, expected.end()).substr(0, 60));
      REQUIRE((a->got == expected));
      const auto counts = a->r.sub->counts();
      REQUIRE(counts.matched == counts.sent);
      REQUIRE(counts.sent ==
              static_cast<std::uint64_t>(std::count(a->got.begin(), a->got.end(), '\n')));
      REQUIRE(counts.dropped == 0);
      REQUIRE(counts.missed == 0);
      REQUIRE(a->r.sub->finished() == !a->request.follow);
    }
  }
}

}  // namespace
}  // namespace logio::hub
