// History behind the ring, from a log that is a list: what a subscriber gets, whatever order the
// threads take.
#include "hub/deep_link.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <chrono>
#include <deque>
#include <random>

#include "hub/support.hpp"

namespace logio::hub {
namespace {

using testing::apps;
using testing::logs;
using testing::reader;

using testing::second;

struct entry {
  std::int64_t arrival_ns;
  topic_ptr topic;
  std::string text;
};

/// Everything that was ever published, from position 1 on, but for what was deleted.
struct list_log final : deep_history {
  struct list_reader final : deep_reader {
    explicit list_reader(list_log& l, const filter::filter& f) : log(l), wanted(f) {}

    bool matches(const entry& e) const {
      return wanted.matches_topic(e.topic->topic) && wanted.matches_line(e.text);
    }
    deep_piece read(const deep_order& order) override {
      deep_piece out;
      std::uint64_t at = order.from;
      if (at < log.first) {
        out.items.push_back({nullptr, at, log.first - at, 0, second, missed_reason::retention});
        at = log.first;
      }
      for (; at < std::min(order.end, log.written()) && out.bytes.size() < order.bytes_max; ++at) {
        const entry& e = log.entries[at - 1];
        if (e.arrival_ns >= order.until_ns) {
          out.until_reached = true;
          break;
        }
        if (e.arrival_ns < order.since_ns || !matches(e)) continue;
        if (out.skipped_matches < order.skip_matches) {
          ++out.skipped_matches;
          continue;
        }
        record::batch_builder made(64 << 10);
        made.append({}, e.text);
        out.items.push_back({e.topic, at, 1, 0, e.arrival_ns, {}, out.bytes.size(), made.bytes()});
        out.bytes.insert(out.bytes.end(), made.data(), made.data() + made.bytes());
      }
      out.next_position = at;
      out.at_end = at >= log.written();
      return out;
    }
    deep_start find(const deep_search& search) override {
      if (log.written() < search.end) return {false, true};
      if (slices++ % 2 == 0) return {};  // its time is over
      std::uint64_t at = search.tail ? search.end : log.first, matched = 0;
      while (!search.tail && at < search.end && log.entries[at - 1].arrival_ns < *search.since_ns) {
        ++at;
      }
      for (; search.tail && at > log.first && matched < *search.tail; --at) {
        const entry& e = log.entries[at - 2];
        if (search.since_ns && e.arrival_ns < *search.since_ns) break;
        if (search.until_ns && e.arrival_ns >= *search.until_ns) continue;
        if (matches(e)) ++matched;
      }
      return {true, false, at, 0, 0, {}};
    }

    list_log& log;
    const filter::filter wanted;
    int slices = 0;
  };

  std::unique_ptr<deep_reader> open(const filter::filter& f) override {
    return std::make_unique<list_reader>(*this, f);
  }
  void run(std::function<void(std::shared_ptr<void>)> work) override {
    works.push_back([this, work = std::move(work)] {
      ++tickets;
      work(std::shared_ptr<void>(this, [this](void*) { --tickets; }));
    });
  }
  std::uint64_t oldest_position() const override { return first; }
  std::uint64_t position_before(std::int64_t) const override { return first; }
  std::uint64_t written() const { return entries.size() + 1 - unwritten; }

  std::vector<entry> entries;
  std::uint64_t first = 1;
  std::uint64_t unwritten = 0;  // of the newest
  std::deque<std::function<void()>> works, posts;
  int tickets = 0;
};

/// A hub with a ring of 1 MiB in front of such a log.
struct linked_world {
  explicit linked_world(unsigned seed)
      : chance(seed),
        ring(std::move(*ring::log_ring::open(*ring::plan(1 << 20, 64 << 10, 1, 2), 1))),
        topics(1000, ring->shape().chunks),
        dispatch(*ring, {0, 0, 1}, topics, times, counters, limits()) {
    dispatch.use_deep_history({&log, [this](std::function<void()> what) {
                                 log.posts.push_back(std::move(what));
                               }});
    for (const char* app : {"shop", "blog"}) {
      known.push_back(topics.open({app, "web", "h"}, 1, ring->end().chunk).value());
    }
  }
  static dispatcher_limits limits() {
    dispatcher_limits l;
    l.queue_bytes_max = 1 << 20;
    l.queues_bytes_max = 16 << 20;
    return l;
  }
  std::uint64_t random(std::uint64_t below) { return chance() % below; }

  void publish(std::uint64_t batches) {
    while (batches-- > 0) {
      const topic_ptr& topic = known[random(2)];
      const std::uint64_t count = 1 + random(20);
      record::batch_builder made(64 << 10);
      now_ns += static_cast<std::int64_t>(random(2)) * second;
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t n = log.entries.size() + 1;
        std::string text = fmt::format("{} {}{}", topic->topic.app, n, n % 50 == 0 ? " x" : "");
        text.resize(text.size() + random(300), '.');
        made.append({}, text);
        log.entries.push_back({now_ns, topic, text});
      }
      while (ring->try_append({now_ns, made.count(), topic->id, {made.data(), made.bytes()}})
                 .status != ring::append_status::ok) {
        while (dispatch.run(false)) {
        }
      }
    }
    while (dispatch.run(false)) {
    }
  }
  /// One thing that some thread may do next. False: nothing is left to do.
  bool step() {
    while (dispatch.run(false)) {
    }
    while (dispatch.has_scan_work()) {
      dispatch.scan(std::chrono::steady_clock::now().time_since_epoch().count());
    }
    std::vector<std::function<void()>> possible;
    if (dispatch.has_history_work()) {
      possible.push_back([this] {
        dispatch.read_history(std::chrono::steady_clock::now().time_since_epoch().count());
      });
    }
    for (auto* queue : {&log.works, &log.posts}) {
      if (queue->empty()) continue;
      possible.push_back([queue] {
        const auto next = std::move(queue->front());
        queue->pop_front();
        next();
      });
    }
    if (possible.empty()) return false;
    possible[random(possible.size())]();
    return true;
  }
  std::string expected(const filter::spec& s, const history_request& asked,
                       std::uint64_t end) const {
    const filter::filter f = testing::compiled(s);
    std::deque<std::string_view> out;
    for (std::uint64_t p = log.first; p <= log.entries.size(); ++p) {
      const entry& e = log.entries[p - 1];
      const bool live = p >= end;
      if (live && !asked.follow) break;
      if (asked.after && p <= *asked.after) continue;
      if (asked.since_ns && e.arrival_ns < *asked.since_ns) continue;
      if (asked.until_ns && e.arrival_ns >= *asked.until_ns) continue;
      if (!f.matches_topic(e.topic->topic) || !f.matches_line(e.text)) continue;
      if (!live && asked.tail && out.size() == *asked.tail) out.pop_front();
      out.push_back(e.text);
    }
    std::string joined;
    for (const auto text : out) joined.append(text).append(1, '\n');
    return joined;
  }

  std::mt19937_64 chance;
  std::unique_ptr<ring::log_ring> ring;
  topic_table topics;
  time_index times;
  shard_counters counters;
  testing::plain_encoder encoder;
  list_log log;
  dispatcher dispatch;
  std::vector<topic_ptr> known;
  std::int64_t now_ns = 100 * second;
};

TEST_CASE("history behind the ring, then the ring, then live: each record once, in order") {
  const unsigned seed = Catch::getSeed();
  INFO("seed " << seed);
  linked_world hub(seed);
  hub.publish(2000);
  REQUIRE(hub.ring->oldest_position() > 5000);
  for (int round = 0; round < 12; ++round) {
    history_request asked;
    const std::uint64_t end = hub.log.entries.size() + 1;
    switch (hub.random(4)) {
      case 0: asked.after = hub.random(end); break;
      case 1: asked.tail = 1 + hub.random(end); break;
      case 2:  // not in the future
        asked.since_ns = hub.now_ns - static_cast<std::int64_t>(hub.random(1100)) * second;
        break;
      default: asked.oldest = true;
    }
    if (asked.since_ns && hub.random(2) == 0) asked.tail = 1 + hub.random(end);
    asked.follow = hub.random(2) == 0;
    if (hub.random(3) == 0) {
      asked.until_ns = asked.since_ns.value_or(0) + static_cast<std::int64_t>(
          1 + hub.random(1500)) * second;
      asked.follow = false;
    }
    const filter::spec s = hub.random(2) == 0 ? apps("shop") : logs(" x");
    reader r;
    r.sub = hub.dispatch.subscribe(testing::compiled(s), hub.encoder, r, asked);
    std::string got;
    for (std::uint64_t more = 30;;) {
      // A reader that reads now and then; the ring goes round meanwhile, several times.
      if (hub.random(4) == 0) got += r.take_all();
      if (more > 0 && hub.random(8) == 0) {
        hub.publish(20 + hub.random(40));
        hub.log.unwritten = hub.random(2) * hub.random(10);
        --more;
      }
      if (more == 0) hub.log.unwritten = 0;
      if (hub.step()) continue;
      const std::string some = r.take_all();
      got += some;
      hub.dispatch.rest();
      if (more == 0 && some.empty() && !hub.dispatch.has_history_work()) break;
    }
    const std::string wanted = hub.expected(s, asked, end);
    const auto differ = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
    const auto at = static_cast<std::size_t>(differ.first - got.begin());
    INFO("round " << round << " tail " << asked.tail.value_or(0) << " after "
                  << asked.after.value_or(0) << " since " << asked.since_ns.value_or(0) / second
                  << " until " << asked.until_ns.value_or(0) / second << " follow " << asked.follow
                  << " app " << s.app.size() << " end " << end << " got " << got.size() << " of "
                  << wanted.size() << " differing at " << at);
    INFO("got " << got.substr(at, 80) << "\nwanted " << wanted.substr(at, 80));
    REQUIRE(got.size() == wanted.size());
    REQUIRE(at == wanted.size());
    r.sub.reset();
    REQUIRE(hub.log.tickets == 0);
  }
}

TEST_CASE("what the log deleted is missed with its number, not overtaken") {
  linked_world hub(7);
  hub.publish(1000);
  const std::uint64_t end = hub.log.entries.size() + 1;
  hub.log.first = 301;
  reader r;
  r.sub = hub.dispatch.subscribe(testing::compiled(apps("shop")), hub.encoder, r, {.after = 100});
  CHECK(r.sub->start_position() == 101);
  std::string got;
  while (hub.step()) got += r.take_all();
  got += r.take_all();
  CHECK(got == "!missed 200\n" + hub.expected(apps("shop"), {.after = 100}, end));
  CHECK(r.sub->counts().missed == 200);
}

TEST_CASE("a stream may end while what it asked for is on its way") {
  linked_world hub(8);
  hub.publish(1000);
  for (int at = 0; at < 6; ++at) {
    reader r;
    r.sub = hub.dispatch.subscribe(testing::compiled(apps("shop")), hub.encoder, r,
                                   {.since_ns = 100 * second});
    for (int i = 0; i < at; ++i) hub.step();
    r.sub.reset();
    while (hub.step()) {
    }
    CHECK(hub.log.tickets == 0);
  }
  CHECK(hub.dispatch.subscribers() == 0);
}

}  // namespace
}  // namespace logio::hub
