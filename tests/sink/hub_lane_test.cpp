#include "sink/hub_lane.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "logio/sink/logio_client.hpp"
#include "sink/scripted_hub.hpp"
#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using logio::sink::testing::offered_records;
using logio::sink::testing::scripted_hub;
using namespace std::chrono_literals;
using speech = hub_peer::speech;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;
const record::topic shop{"shop", "web", "h1"};

hub_peer peer_at(std::uint16_t port) {
  hub_peer out;
  out.at = {"127.0.0.1", port};
  return out;
}

auto soon() { return hub_lane::clock::now() + 10s; }

lane_share all_of(std::size_t count, std::size_t from = 0) {
  lane_share out;
  for (std::size_t i = from; i < count; ++i) out.items.push_back(i);
  return out;
}

bool pass(hub_lane& lane, std::span<const item> items, lane_share share, outcome& out) {
  out.fates.assign(items.size(), fate::pending);
  const bool well = lane.connect(items, share, soon()) && lane.greet(items, share, soon()) &&
                    lane.send(items, share, soon(), out.sent_bytes) && lane.await(share, soon());
  lane.tell_fates(share, out);
  return well;
}

}  // namespace

TEST_CASE("a hub is taken for an original one for a while only") {
  hub_peer peer;
  const auto now = hub_peer::clock::now();
  CHECK_FALSE(peer.is_plain(now));
  peer.speaks = speech::plain;
  peer.plain_since = now;
  CHECK(peer.is_plain(now + plain_age));
  CHECK_FALSE(peer.is_plain(now + plain_age + 1s));
  CHECK(peer.speaks == speech::unknown);
}

TEST_CASE("a lane goes on over calls on one connection") {
  scripted_hub hub({});
  hub_peer peer = peer_at(hub.port());
  hub_lane lane(peer, shop, "c");
  offered_records made(1000);
  for (int i = 0; i < 20; ++i) made.add(shop, std::to_string(i), time_ns);
  const std::span<const item> items = made.items();
  outcome out;
  CHECK(pass(lane, items, all_of(10), out));
  CHECK(pass(lane, items, all_of(20, 15), out));
  CHECK(out.fates[14] == fate::pending);
  CHECK(out.fates[15] == fate::delivered);
  CHECK(hub.connections() == 1);
  CHECK(peer.speaks == speech::acknowledged);
  REQUIRE(hub.records().size() == 15);
  CHECK(hub.records()[0].topic.sequence == 1000);
}

TEST_CASE("without a client id a lane has numbers of its own, from one on") {
  scripted_hub hub({.refused_text = "b"});
  hub_peer peer = peer_at(hub.port());
  hub_lane lane(peer, shop, "");
  offered_records made(50);
  made.add(shop, "a", time_ns).add(shop, "b", time_ns);
  outcome out;
  for (int round = 0; round < 2; ++round) {
    CHECK(pass(lane, made.items(), all_of(2), out));
    CHECK(out.fates == std::vector<fate>{fate::delivered, fate::refused});
  }
  CHECK(hub.records()[0].topic.sequence == 1);
  CHECK(hub.records().size() == 2);
}

TEST_CASE("a connection that the hub has ended meanwhile is replaced at once") {
  scripted_hub hub({.cut_after = 2});
  hub_peer peer = peer_at(hub.port());
  hub_lane lane(peer, shop, "c");
  offered_records made;
  made.add(shop, "a", time_ns).add(shop, "b", time_ns).add(shop, "c", time_ns);
  outcome out;
  CHECK(pass(lane, made.items(), all_of(1), out));
  CHECK_FALSE(pass(lane, made.items(), all_of(2, 1), out));  // it is cut here
  CHECK(lane.error() != "");
  CHECK(pass(lane, made.items(), all_of(3, 1), out));
  CHECK(out.fates[2] == fate::delivered);
  CHECK(hub.connections() == 2);
  CHECK(hub.records().size() == 3);
}

TEST_CASE("an answer without end is not kept") {
  scripted_hub hub({.instead_of_greeting = std::string(hub_lane::answer_bytes_max + 1, 'x')});
  hub_peer peer = peer_at(hub.port());
  hub_lane lane(peer, shop, "c");
  offered_records made;
  made.add(shop, "a", time_ns);
  outcome out;
  CHECK_FALSE(pass(lane, made.items(), all_of(1), out));
  CHECK_THAT(lane.error(), Catch::Matchers::ContainsSubstring("the answer has no end"));
}
