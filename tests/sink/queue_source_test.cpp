#include "logio/sink/queue_source.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fed_records.hpp"

namespace logio::sink {
namespace {

using namespace testing;
using strings = std::vector<std::string>;
using std::chrono::milliseconds;

filter::filter compiled(const filter::spec& s) { return *filter::compile(s, filter::limits()); }

filter::filter with_line(const std::string& pattern) {
  filter::spec s;
  s.log = {pattern};
  return compiled(s);
}

strings fetch(queue_source& from, std::size_t records = 100, std::size_t bytes = 1 << 20) {
  batch got;
  from.fetch(got, {records, bytes}, clock::now());
  return texts_of(got.items);
}

TEST_CASE("what is pushed is fetched in order, by records and by bytes, and settled") {
  queue_source source(filter::filter(), 1 << 20, test_epoch, 10);
  const auto topic = make_topic(1, {"shop", "web", "h1"});
  CHECK(source.place() == log_place{test_epoch, 9});
  CHECK(source.exhausted());
  CHECK(fetch(source).empty());
  source.push(texts({"a", "b", "c"}).fed(topic, 10, 77));
  source.push(texts({"dddd", "e"}).fed(topic, 13, 78));
  CHECK_FALSE(source.exhausted());
  CHECK(source.counts().oldest_ns == 77);
  batch got;
  source.fetch(got, {2, 1000}, clock::now());
  REQUIRE(texts_of(got.items) == strings{"a", "b"});
  CHECK(got.items[1].position == 11);
  CHECK(got.items[1].arrival_ns == 77);
  CHECK(got.items[1].epoch == test_epoch);
  CHECK(*got.items[1].topic == record::topic{"shop", "web", "h1"});
  CHECK(source.place() == log_place{test_epoch, 9});
  source.settle();
  CHECK(source.place() == log_place{test_epoch, 11});
  CHECK(source.counts().lag_records == 3);
  CHECK(fetch(source, 100, 4) == strings{"c"});  // the next does not fit
  source.settle();
  CHECK(fetch(source, 100, 1) == strings{"dddd"});  // a large one comes alone
  source.settle();
  CHECK_FALSE(source.exhausted());
  CHECK(fetch(source) == strings{"e"});
  source.settle();
  CHECK(source.exhausted());
  CHECK(source.place() == log_place{test_epoch, 14});
  CHECK(source.counts().matched == 5);
  CHECK(source.counts().lag_records == 0);
  CHECK(source.counts().oldest_ns == 0);
}

TEST_CASE("topics and severities that are not wanted are passed over, and the place moves on") {
  filter::spec s;
  s.app = {"shop"};
  s.severity = 17;
  queue_source source(compiled(s), 1 << 20, test_epoch, 1);
  const auto shop = make_topic(1, {"shop", "", ""}), other = make_topic(2, {"other", "", ""});
  source.push(texts({"x"}, 17).fed(other, 1));
  source.push(texts({"low"}, 9).fed(shop, 2));
  source.note_end(3);
  CHECK(fetch(source).empty());
  source.settle();
  CHECK(source.place().position == 2);
  record::batch_builder mixed(1 << 16);
  for (const auto& [text, severity] : {std::pair("a", 9), {"b", 17}, {"c", 21}, {"d", 5},
                                       {"e", 24}}) {
    record::head h;
    h.text_bytes = 1;
    h.severity = static_cast<record::severity_number>(severity);
    mixed.append(h, text);
  }
  source.push({shop, 3, 5, 1, {mixed.data(), mixed.bytes()}});
  batch got;
  source.fetch(got, {10, 100}, clock::now());
  REQUIRE(texts_of(got.items) == strings{"b", "c", "e"});
  CHECK(got.items[0].position == 4);
  CHECK(got.items[2].position == 7);
  CHECK(source.counts().matched == 3);
}

TEST_CASE("a full queue drops its oldest and counts each; with line patterns they are missed") {
  const bool lines = GENERATE(false, true);
  filter::spec s;
  if (lines) s.log = {"x"};
  constexpr std::size_t queue_bytes = std::size_t{2} << 20;
  queue_source source(compiled(s), queue_bytes, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "", ""});
  const std::string text(1000, 'x');
  constexpr std::uint64_t count = 10'000;
  for (std::uint64_t n = 1; n <= count; ++n) {
    source.push(texts({fmt::format("{:05}{}", n, text)}).fed(topic, n));
    REQUIRE(source.counts().lag_bytes <= queue_bytes + queue_source::chunk_bytes);
  }
  std::uint64_t got = 0, last = 0;
  for (;;) {
    const strings some = fetch(source, 50);
    if (some.empty()) break;
    for (const std::string& t : some) {
      const std::uint64_t n = std::stoull(t.substr(0, 5));
      REQUIRE(n == (last == 0 ? n : last + 1));
      last = n;
    }
    got += some.size();
    source.settle();
  }
  const source_counts c = source.counts();
  CHECK(last == count);
  CHECK(got > 1000);
  CHECK(got + c.dropped + c.missed == count);
  CHECK((lines ? c.dropped : c.missed) == 0);
  CHECK(c.matched == (lines ? got : count));
}

TEST_CASE("what is being delivered is not dropped") {
  queue_source source(filter::filter(), 600 << 10, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "", ""});
  source.push(texts({"first"}).fed(topic, 1));
  batch got;
  source.fetch(got, {10, 100}, clock::now());
  const std::string text(10'000, 'y');
  for (std::uint64_t n = 2; n <= 200; ++n) source.push(texts({text}).fed(topic, n));
  CHECK(texts_of(got.items) == strings{"first"});
  CHECK(source.counts().dropped > 0);
  source.settle();
  CHECK(source.place().position == 1 + source.counts().dropped);
}

TEST_CASE("line patterns choose on the sink's own thread") {
  filter::spec s;
  s.log = {"err"};
  s.exclude = {"noise"};
  queue_source source(compiled(s), 1 << 20, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "", ""});
  source.push(texts({"err 1", "fine", "err noise", "err 2"}).fed(topic, 1));
  CHECK(fetch(source) == strings{"err 1", "err 2"});
  source.settle();
  CHECK(source.place().position == 4);
  CHECK(source.counts().matched == 2);
}

TEST_CASE("a backlog of many chunks comes out whole, whatever ends a batch") {
  const bool by_bytes = GENERATE(true, false);
  const bool looks = GENERATE(false, true);
  queue_source source(looks ? with_line("x") : filter::filter(), 64 << 20, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "p", "h"});
  std::uint64_t next = 1;
  std::mt19937 random(5);
  strings expected;
  for (int i = 0; i < 600; ++i) {
    strings some;
    for (int k = 0; k < 10; ++k) {
      some.push_back(fmt::format("{} {}", next + some.size(),
                                 std::string(1 + random() % 2000, 'x')));
    }
    source.push(texts(some).fed(topic, next));
    next += some.size();
    expected.insert(expected.end(), some.begin(), some.end());
  }
  CHECK(source.counts().waiting == expected.size());
  strings got;
  while (!source.exhausted()) {
    const strings some = by_bytes ? fetch(source, 100'000, 1 << 20) : fetch(source, 100, 64 << 20);
    REQUIRE_FALSE(some.empty());
    got.insert(got.end(), some.begin(), some.end());
    source.settle();
    CHECK(source.counts().waiting == expected.size() - got.size());
  }
  CHECK(got == expected);
  CHECK(source.counts().matched == expected.size());
  CHECK(source.place() == log_place{test_epoch, next - 1});
}

TEST_CASE("what line patterns do not want takes no room, and rare ones do not hold a fetch") {
  queue_source source(with_line("rare"), 4 << 20, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "p", "h"});
  std::uint64_t next = 1;
  const std::string text(1000, 'x');
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 200; ++i) source.push(texts({text}).fed(topic, next++));
    CHECK(fetch(source).empty());
    CHECK(source.counts().lag_bytes < (1 << 20));
  }
  while (!source.exhausted()) CHECK(fetch(source).empty());
  source.settle();
  CHECK(source.counts().missed == 0);
  CHECK(source.counts().lag_bytes == 0);
  CHECK(source.place() == log_place{test_epoch, next - 1});
  source.push(texts({text, "rare", text}).fed(topic, next));
  CHECK(fetch(source) == strings{"rare"});
  source.settle();
  CHECK(source.exhausted());
}

TEST_CASE("a batch waits for more until it is full, or old enough, or somebody interrupts") {
  queue_source source(filter::filter(), 1 << 20, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "p", "h"});
  const auto fetch_for = [&](milliseconds age) {
    batch got;
    source.fetch(got, {3, 1000, age}, clock::now() + std::chrono::seconds(20));
    source.settle();
    return got.items.size();
  };
  source.push(texts({"a"}).fed(topic, 1));
  const auto began = clock::now();
  CHECK(fetch_for(milliseconds(30)) == 1);
  CHECK(clock::now() - began >= milliseconds(25));
  std::thread feeder([&] {
    for (std::uint64_t i = 2; i <= 4; ++i) source.push(texts({"b"}).fed(topic, i));
  });
  CHECK(fetch_for(std::chrono::hours(1)) == 3);
  feeder.join();
  source.push(texts({"c"}).fed(topic, 5));
  std::thread other([&] { source.interrupt(); });
  CHECK(fetch_for(std::chrono::hours(1)) == 1);
  other.join();
}

TEST_CASE("another one goes on where a queue was settled") {
  const auto settled = static_cast<std::size_t>(GENERATE(0, 1, 5, 700, 2999, 3000));
  const bool looks = GENERATE(false, true);
  queue_source old(filter::filter(), 64 << 20, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "p", "h"});
  const std::string filling(1000, 'x');  // so that there are several chunks
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    old.push(texts({fmt::format("{} {}", i, filling)}).fed(topic, i));
  }
  for (std::size_t left = settled; left != 0;) {
    left -= fetch(old, left, 64 << 20).size();
    old.settle();
  }
  (void)fetch(old, 1234, 64 << 20);  // and this was never answered
  queue_source fresh(looks ? with_line(".*7 .*") : filter::filter(), 64 << 20, test_epoch,
                     77);
  fresh.take_over(old);
  CHECK(fresh.place() == log_place{test_epoch, settled});
  CHECK(fresh.counts().waiting == 3000 - settled);
  fresh.push(texts({"3001 7 "}).fed(topic, 3001));
  strings expected, got;
  for (std::size_t i = settled + 1; i <= 3001; ++i) {
    if (!looks || i % 10 == 7 || i == 3001) expected.push_back(std::to_string(i));
  }
  while (!fresh.exhausted()) {
    for (const std::string& text : fetch(fresh, 100)) got.push_back(text.substr(0, text.find(' ')));
    fresh.settle();
  }
  CHECK(got == expected);
  CHECK(fresh.counts().matched == expected.size());
  CHECK(fresh.place() == log_place{test_epoch, 3001});
  CHECK(fresh.counts().lag_bytes == 0);
}

TEST_CASE("a waiting fetch is woken by news and by an interrupt") {
  queue_source source(filter::filter(), 1 << 20, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "", ""});
  const auto far = clock::now() + std::chrono::seconds(60);
  std::thread feeder([&] { source.push(texts({"x"}).fed(topic, 1)); });
  batch got;
  source.fetch(got, {10, 100}, far);
  feeder.join();
  CHECK(got.items.size() == 1);
  source.settle();
  std::thread other([&] { source.interrupt(); });
  got.clear();
  source.fetch(got, {10, 100}, far);
  other.join();
  CHECK(got.items.empty());
  CHECK(clock::now() < far);
}

TEST_CASE("a feeder and a runner at once: matched is given out or dropped, in order") {
  queue_source source(filter::filter(), 600 << 10, test_epoch, 1);
  const auto topic = make_topic(1, {"a", "", ""});
  constexpr std::uint64_t count = 200'000;
  std::thread feeder([&] {
    for (std::uint64_t n = 1; n <= count; n += 2) {
      source.push(texts({std::to_string(n), std::to_string(n + 1)}).fed(topic, n));
    }
  });
  std::minstd_rand chance(7);
  std::uint64_t got = 0, last = 0;
  while (last < count) {
    batch some;
    source.fetch(some, {1 + chance() % 500, 1 << 20}, clock::now() + milliseconds(50));
    for (const item& i : some.items) {
      REQUIRE(i.position > last);
      REQUIRE(i.record.text() == std::to_string(i.position));
      last = i.position;
    }
    got += some.items.size();
    source.settle();
  }
  feeder.join();
  CHECK(got + source.counts().dropped == count);
  CHECK(source.counts().matched == count);
}

}  // namespace
}  // namespace logio::sink
