#include "sink/kafka_offsets.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <set>
#include <vector>

using namespace logio::sink;

namespace {

/// What is due for the only lane; -2 when nothing is.
std::int64_t due(const kafka_offsets& offsets) {
  const std::vector<kafka_offsets::entry> all = offsets.due();
  REQUIRE(all.size() <= 1);
  return all.empty() ? -2 : all[0].offset;
}

}  // namespace

TEST_CASE("the committed offset is the lowest that is not settled") {
  kafka_offsets offsets;
  const auto lane = offsets.begin("t", 0, 3);
  CHECK(due(offsets) == -2);
  for (std::int64_t offset = 3; offset < 7; ++offset) CHECK(offsets.read(lane, offset) == 0);
  CHECK(due(offsets) == -2);
  CHECK(offsets.settle(lane, 4));
  CHECK(offsets.settle(lane, 6));
  CHECK(due(offsets) == -2);
  CHECK(offsets.settle(lane, 3));
  CHECK(due(offsets) == 5);
  CHECK(offsets.open() == 1);
  CHECK(offsets.settle(lane, 5));
  CHECK(due(offsets) == 7);
  CHECK(offsets.open() == 0);
}

TEST_CASE("an offset that is not there is no hindrance, and is told") {
  kafka_offsets offsets;
  const auto lane = offsets.begin("t", 0, kafka_offsets::unknown);
  CHECK(offsets.read(lane, 10) == 0);  // where the beginning is was not known
  CHECK(offsets.read(lane, 15) == 4);
  CHECK(offsets.settle(lane, 10));
  CHECK(due(offsets) == 15);
  CHECK_FALSE(offsets.settle(lane, 12));
  CHECK(offsets.settle(lane, 15));
  CHECK(due(offsets) == 16);
}

TEST_CASE("the end of a partition may be behind its last message") {
  kafka_offsets offsets;
  const auto lane = offsets.begin("t", 0, kafka_offsets::unknown);
  CHECK_FALSE(offsets.at_end());
  offsets.reach_end(lane, 5);  // only markers of transactions were there
  CHECK(offsets.at_end());
  CHECK(due(offsets) == 5);
  CHECK(offsets.read(lane, 5) == 0);
  CHECK_FALSE(offsets.at_end());
  offsets.reach_end(lane, 9);
  CHECK(due(offsets) == 5);
  CHECK(offsets.settle(lane, 5));
  CHECK(due(offsets) == 9);
  offsets.reach_end(77, 9);  // of a lane that is gone
}

TEST_CASE("what is committed is due no more, and a late answer does no harm") {
  kafka_offsets offsets;
  auto lane = offsets.begin("t", 1, 0);
  CHECK(offsets.read(lane, 0) == 0);
  CHECK(offsets.read(lane, 1) == 0);
  CHECK(offsets.settle(lane, 0));
  offsets.note_committed({"t", 1, 1});
  CHECK(due(offsets) == -2);
  offsets.note_committed({"t", 2, 1});
  offsets.note_committed({"u", 1, 1});
  // It was cut and begins anew at 0: an answer of the time before must not hold commits up.
  lane = offsets.begin("t", 1, 0);
  offsets.note_committed({"t", 1, 2});
  CHECK(offsets.read(lane, 0) == 0);
  CHECK(offsets.settle(lane, 0));
  CHECK(due(offsets) == 1);
}

TEST_CASE("what is settled of a partition that was taken away counts for nothing") {
  kafka_offsets offsets;
  const auto before = offsets.begin("t", 0, 0), other = offsets.begin("t", 1, 0);
  CHECK(offsets.read(before, 0) == 0);
  CHECK(offsets.read(before, 1) == 0);
  CHECK(offsets.read(other, 0) == 0);
  offsets.end("t", 0);
  offsets.end("t", 0);
  CHECK_FALSE(offsets.settle(before, 0));
  CHECK(offsets.due().empty());
  CHECK(offsets.find(before) == nullptr);
  CHECK(offsets.settle(other, 0));
  CHECK(due(offsets) == 1);

  // It comes back, and somebody else was not at its end: the messages are read again.
  const auto after = offsets.begin("t", 0, 0);
  CHECK(after != before);
  CHECK(offsets.read(after, 0) == 0);
  CHECK_FALSE(offsets.settle(before, 0));
  CHECK(offsets.find(after)->settled_to() == 0);
  offsets.end_all();
  CHECK(offsets.lanes().empty());
  CHECK(offsets.at_end());
}

TEST_CASE("partitions of the same number in several topics are told apart") {
  kafka_offsets offsets;
  const auto t = offsets.begin("t", 0, 0), u = offsets.begin("u", 0, 5);
  CHECK(offsets.id_of("t", 0) == t);
  CHECK(offsets.id_of("u", 0) == u);
  CHECK(offsets.id_of("v", 0) == 0);
  CHECK(offsets.read(u, 5) == 0);
  CHECK(offsets.settle(u, 5));
  CHECK(due(offsets) == 6);
  offsets.reach_end(t, 0);
  CHECK_FALSE(offsets.at_end());
  offsets.reach_end(u, 6);
  CHECK(offsets.at_end());
}

TEST_CASE("nothing that is not settled is ever in front of what is due") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    kafka_offsets offsets;
    std::map<kafka_offsets::lane_id, std::set<std::int64_t>> open;  // in each lane that is there
    std::map<std::int32_t, std::int64_t> committed;                 // as a broker has it
    std::vector<std::pair<kafka_offsets::lane_id, std::int64_t>> ever;
    for (int step = 0; step < 300; ++step) {
      const auto partition = static_cast<std::int32_t>(random() % 3);
      const kafka_offsets::lane_id lane = offsets.id_of("t", partition);
      switch (random() % 8) {
        case 0:
          open.erase(lane);
          if (random() % 4 == 0) {
            offsets.end("t", partition);
          } else if (random() % 4 == 0 || lane == 0) {
            open[offsets.begin("t", partition, committed[partition])];
          } else {
            open[lane] = offsets.find(lane)->open;
          }
          break;
        case 1:
          for (const auto& e : offsets.due()) {
            committed[e.partition] = e.offset;
            if (random() % 2 == 0) offsets.note_committed(e);
          }
          break;
        case 2:
        case 3:
        case 4:
          if (lane != 0) {
            const std::int64_t at =
                offsets.find(lane)->position + static_cast<std::int64_t>(random() % 3);
            offsets.read(lane, at);
            open[lane].insert(at);
            ever.emplace_back(lane, at);
          }
          break;
        default:
          if (!ever.empty()) {
            const auto [of, at] = ever[random() % ever.size()];
            REQUIRE(offsets.settle(of, at) == (open.contains(of) && open[of].erase(at) != 0));
          }
      }
      for (const auto& [id, of] : offsets.lanes()) {
        REQUIRE(open[id] == of.open);
        REQUIRE(of.settled_to() == (open[id].empty() ? of.position : *open[id].begin()));
        REQUIRE(of.committed <= of.settled_to());
      }
    }
  }
}
