#include "logio/sink/logio_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <thread>

#include "sink/scripted_hub.hpp"
#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using logio::sink::testing::offered_records;
using logio::sink::testing::scripted_hub;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;
constexpr std::uint64_t own_epoch = offered_records::epoch;
const record::topic shop{"shop", "web", "h1"}, pay{"pay", "", ""};

sink_options options_for(std::uint16_t port) {
  sink_options out;
  out.kind = kind::logio;
  out.over = transport::tcp;
  out.name = "up";
  out.shown_url = "logio://127.0.0.1";
  out.peers = {{"127.0.0.1", port}};
  return out;
}

outcome deliver(client& by, std::span<const item> items) {
  outcome out;
  by.deliver(items, out);
  return out;
}

std::size_t count(const outcome& of, fate what) {
  return static_cast<std::size_t>(std::ranges::count(of.fates, what));
}

std::vector<std::string> texts(const std::vector<scripted_hub::received>& of) {
  std::vector<std::string> out;
  for (const auto& r : of) out.push_back(r.text);
  return out;
}

}  // namespace

TEST_CASE("everything of a record is kept") {
  scripted_hub hub({});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  const std::string fields = "\x81\xa1k\xa2\xff\x01";
  offered_records made(41);
  made.add(shop, "one", time_ns, 9)
      .add(pay, std::string_view("two\n\r\n\0\xff\xc3", 9), time_ns + 1, 0, fields)
      .add(shop, "three\r", time_ns + 2, 24);
  const outcome out = deliver(*client, made.items());
  CHECK(out.error == "");
  CHECK(count(out, fate::delivered) == 3);
  CHECK(out.sent_bytes > 100);
  auto got = hub.records();
  REQUIRE(got.size() == 3);
  std::ranges::sort(got, {}, [](const auto& r) { return r.head.time_ns; });
  CHECK(texts(got) == std::vector<std::string>{"one", std::string("two\n\r\n\0\xff\xc3", 9),
                                               "three\r"});
  CHECK(got[0].topic.topic == shop);
  CHECK(got[1].topic.topic == pay);
  CHECK(got[0].head.severity == 9);
  CHECK(got[1].head.severity == 0);
  CHECK(got[1].fields == fields);
  CHECK(got[2].head.time_ns == time_ns + 2);
  CHECK(got[0].topic.sequence == 41);
  CHECK(got[0].topic.client == got[2].topic.client);
  CHECK(got[0].topic.client != got[1].topic.client);
}

TEST_CASE("a cut costs nothing and doubles nothing") {
  scripted_hub hub({.cut_after = 700});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made;
  for (int i = 0; i < 2000; ++i) made.add(i % 3 == 0 ? pay : shop, std::to_string(i), time_ns);
  std::vector<item> left = made.items();
  int calls = 0;
  while (!left.empty() && ++calls < 10) {
    const outcome out = deliver(*client, left);
    std::vector<item> next;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (out.fates[i] == fate::pending) next.push_back(left[i]);
    }
    CHECK(next.empty() == out.error.empty());
    left = next;
    if (!left.empty()) client->close();
  }
  CHECK(calls > 1);
  CHECK(hub.skipped() + hub.records().size() >= 2000);
  auto got = texts(hub.records());
  REQUIRE(got.size() == 2000);
  std::ranges::sort(got);
  CHECK(std::ranges::adjacent_find(got) == got.end());
}

TEST_CASE("records that a new run offers again from an older place are skipped") {
  scripted_hub hub({});
  offered_records made;
  for (int i = 0; i < 300; ++i) made.add(i % 2 == 0 ? pay : shop, std::to_string(i), time_ns);
  const std::span<const item> all = made.items();
  const auto options = options_for(hub.port());
  CHECK(deliver(*make_logio_client(options, own_epoch), all.first(200)).error == "");
  const outcome out = deliver(*make_logio_client(options, own_epoch + 1), all.subspan(77));
  CHECK(count(out, fate::delivered) == 223);
  CHECK(hub.records().size() == 300);
  // The same positions of another epoch are other records.
  std::vector<item> others(all.begin(), all.end());
  for (item& i : others) i.epoch = own_epoch + 2;
  CHECK(deliver(*make_logio_client(options, own_epoch + 2), others).error == "");
  CHECK(hub.records().size() == 600);
}

TEST_CASE("a refused record is told with the hub's reason, and sent again when asked to") {
  scripted_hub hub({.refused_text = "b"});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made(7);
  made.add(shop, "a", time_ns).add(pay, "x", time_ns).add(shop, "b", time_ns)
      .add(shop, "c", time_ns);
  const outcome out = deliver(*client, made.items());
  CHECK(out.error == "");
  CHECK(out.fates == std::vector<fate>{fate::delivered, fate::delivered, fate::refused,
                                       fate::delivered});
  REQUIRE(out.refusals.size() == 1);
  CHECK(out.refusals[0].item == 2);
  CHECK(out.refusals[0].why == "too_long: no room");
  // As a dead letter it comes behind records with higher numbers.
  item again = made.items()[0];
  again.repeated = again.resent = true;
  CHECK(deliver(*client, {&again, 1}).fates[0] == fate::delivered);
  CHECK(deliver(*client, {&again, 1}).fates[0] == fate::delivered);
  CHECK(std::ranges::count(texts(hub.records()), "a") == 3);
}

TEST_CASE("more topics than connections: each gets its turn") {
  scripted_hub hub({});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made;
  for (int i = 0; i < 400; ++i) {
    made.add({"app" + std::to_string(i % 100), "", ""}, std::to_string(i), time_ns);
  }
  for (const std::size_t from : {0u, 200u}) {
    CHECK(deliver(*client, std::span(made.items()).subspan(from, 200)).error == "");
  }
  CHECK(hub.records().size() == 400);
  CHECK(hub.connections() > 100);
}

TEST_CASE("an original hub gets plain JSON, and its kernel's word counts") {
  scripted_hub hub({.greets = false});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made(5);
  made.add(shop, "a", time_ns).add(pay, "b", time_ns).add(shop, "c", time_ns, 9);
  const outcome out = deliver(*client, made.items());
  CHECK(out.error == "");
  CHECK(count(out, fate::delivered) == 3);
  client->close();
  while (hub.records().size() < 3) std::this_thread::yield();
  for (const auto& r : hub.records()) {
    CHECK_FALSE(r.topic.ack);
    CHECK(r.topic.client == "");
    CHECK(r.topic.sequence == 1);
  }
}

TEST_CASE("a hub that has greeted once is never taken for an original one") {
  scripted_hub hub({.silent_after = 1});
  sink_options options = options_for(hub.port());
  options.timeout = 2500ms;
  const auto client = make_logio_client(options, own_epoch);
  offered_records made;
  made.add(shop, "a", time_ns);
  const outcome out = deliver(*client, made.items());
  CHECK(count(out, fate::pending) == 1);
  CHECK_THAT(out.error, ContainsSubstring("127.0.0.1:") && ContainsSubstring("timed out"));
  client->close();
}

TEST_CASE("this very hub is not forwarded to") {
  scripted_hub hub({.epoch = own_epoch});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made;
  made.add(shop, "a", time_ns);
  const outcome out = deliver(*client, made.items());
  CHECK(count(out, fate::pending) == 1);
  CHECK_THAT(out.error, ContainsSubstring("that is this hub itself"));
  CHECK(hub.records().empty());
}

TEST_CASE("what a hub says instead of a greeting is passed on") {
  struct {
    const char* says;
    fate becomes;
    const char* told;
  } const cases[] = {
      {"{\"error\":{\"code\":\"too_many_topics\",\"message\":\"the hub has 9\"}}\n", fate::pending,
       "too_many_topics: the hub has 9"},
      {"{\"error\":{\"code\":\"shutting_down\",\"message\":\"later\"}}\n", fate::pending,
       "shutting_down: later"},
      {"{\"error\":{\"code\":\"bad_topic\",\"message\":\"app is odd\"}}\n", fate::refused,
       "bad_topic: app is odd"},
      {"HTTP/1.1 400 Bad Request\r\n", fate::pending, "no logio hub's port for publishers"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.says);
    scripted_hub hub({.instead_of_greeting = c.says});
    const auto client = make_logio_client(options_for(hub.port()), own_epoch);
    offered_records made;
    made.add(shop, "a", time_ns).add(shop, "b", time_ns);
    const outcome out = deliver(*client, made.items());
    CHECK(count(out, c.becomes) == 2);
    if (c.becomes == fate::pending) {
      CHECK_THAT(out.error, ContainsSubstring(c.told));
    } else {
      CHECK(out.error == "");
      REQUIRE(out.refusals.size() == 2);
      CHECK(out.refusals[1].why == c.told);
    }
    CHECK(hub.records().empty());
  }
}

TEST_CASE("a hub that cannot read numbers gets nothing") {
  scripted_hub hub({.reads_numbers = false});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made;
  made.add(shop, "a", time_ns);
  CHECK_THAT(deliver(*client, made.items()).error, ContainsSubstring("too old"));
  CHECK(hub.records().empty());
}

TEST_CASE("an interrupt ends a delivery that waits, and each later one") {
  scripted_hub hub({.silent_after = 1});
  const auto client = make_logio_client(options_for(hub.port()), own_epoch);
  offered_records made;
  made.add(shop, "a", time_ns);
  std::thread other([&] {
    while (hub.records().empty()) std::this_thread::yield();
    client->interrupt();
  });
  CHECK_THAT(deliver(*client, made.items()).error, ContainsSubstring("interrupted"));
  other.join();
  client->close();
  const outcome later = deliver(*client, made.items());
  CHECK_THAT(later.error, ContainsSubstring("interrupted"));
  CHECK(count(later, fate::pending) == 1);
}

TEST_CASE("a hub that is not there is named") {
  std::uint16_t port = 0;
  { port = scripted_hub({}).port(); }
  const auto client = make_logio_client(options_for(port), own_epoch);
  offered_records made;
  made.add(shop, "a", time_ns).add(pay, "b", time_ns);
  const outcome out = deliver(*client, made.items());
  CHECK(count(out, fate::pending) == 2);
  CHECK(out.error ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": connection refused");
}
