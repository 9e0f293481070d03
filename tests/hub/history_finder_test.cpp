#include "logio/hub/history_finder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "hub/support.hpp"

namespace logio::hub {
namespace {

constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

/// A ring of one-record batches, of which those with an even tag match.
struct finder_world : history_matcher {
  explicit finder_world(std::size_t ring_bytes)
      : ring(std::move(*ring::log_ring::open(*ring::plan(ring_bytes, 4 << 10, 1, 1), 1))),
        pin(*ring, 0) {}

  void append(std::uint64_t records, std::int64_t arrival_ns) {
    const std::vector<std::byte> payload(1000);
    for (; records > 0; --records) {
      const auto tag = static_cast<std::uint32_t>(ring->end().position);
      REQUIRE(ring->try_append({arrival_ns, 1, tag, payload}).status == ring::append_status::ok);
    }
  }
  counted count(const ring::batch_header& batch, std::uint32_t, std::int64_t) override {
    ++looks;
    return {batch.tag % 2 == 0 ? 1U : 0U, 0};
  }
  history_finder::start find(const history_request& request, std::int64_t deadline = no_deadline) {
    history_finder finder(*ring, *this, request, ring->end());
    for (turns = 1;; ++turns) {
      if (auto found = finder.turn(pin, deadline)) return *found;
      REQUIRE(turns < 100'000);
    }
  }
  std::uint64_t oldest() { return find({.oldest = true}).at.position; }

  std::unique_ptr<ring::log_ring> ring;
  ring::log_pin pin;
  int looks = 0, turns = 0;
};

TEST_CASE("an empty ring begins at its end") {
  finder_world w(1 << 20);
  for (const history_request& request : {history_request{.tail = 5}, history_request{.since_ns = 7},
                                         history_request{.after = 0},
                                         history_request{.oldest = true}}) {
    const auto start = w.find(request);
    CHECK(start.at.position == 1);
    CHECK(start.missed.positions == 0);
  }
}

TEST_CASE("a position or a time is found in the chunk that holds it") {
  finder_world w(1 << 20);
  for (int i = 1; i <= 10; ++i) w.append(50, i * 100);
  const std::size_t chunk = w.ring->shape().chunk_bytes;
  for (std::uint64_t after = 0; after <= 500; after += 7) {
    const auto start = w.find({.after = after});
    CHECK(start.at.position <= after + 1);
    CHECK((after + 1 - start.at.position) * 1024 < chunk);
    CHECK(start.missed.positions == 0);
  }
  for (std::int64_t since = 1; since <= 1100; since += 13) {
    const auto start = w.find({.since_ns = since});
    const auto first = static_cast<std::uint64_t>((since + 99) / 100 - 1) * 50 + 1;
    CHECK(start.at.position <= std::min<std::uint64_t>(first, 501));
    CHECK(start.missed.positions == 0);
  }
}

TEST_CASE("what the ring holds no more is said to be missed, to the position") {
  finder_world w(1 << 20);
  w.append(5000, 100);
  const std::uint64_t oldest = w.oldest();
  CHECK(oldest > 3000);
  const auto after = w.find({.after = 10});
  CHECK(after.at.position == oldest);
  CHECK(after.missed.positions == oldest - 11);
  CHECK(after.missed.first_position == 11);
  CHECK(after.missed.why == missed_reason::retention);
  CHECK(w.find({.since_ns = 50}).missed.positions == oldest - 1);
  CHECK(w.find({.oldest = true}).missed.positions == 0);
  CHECK(w.find({.tail = 100'000}).missed.positions == 0);  // the last that there are
  CHECK(w.find({.tail = 100'000, .since_ns = 50}).missed.positions == oldest - 1);
}

TEST_CASE("tail counts back as many chunks as it needs") {
  finder_world w(1 << 20);
  w.append(2000, 100);
  const std::uint64_t oldest = w.oldest();
  for (const std::uint64_t tail : {1U, 2U, 10U, 31U, 100U, 333U}) {
    w.looks = 0;
    const auto start = w.find({.tail = tail});
    // Even positions match: so many of them from the start on, skipped ones included.
    const std::uint64_t from = start.at.position + start.at.position % 2;
    CHECK((2000 - from) / 2 + 1 == tail + start.skip_matches);
    CHECK(static_cast<std::uint64_t>(w.looks) <= 2 * tail + 2 * w.ring->shape().chunk_bytes / 1024);
  }
  const auto all = w.find({.tail = 5000});
  CHECK(all.at.position == oldest);
  CHECK(all.skip_matches == 0);
}

TEST_CASE("a turn whose time is over goes on where it stopped") {
  finder_world w(1 << 20);
  w.append(900, 100);
  const auto at_once = w.find({.tail = 300});
  const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  history_finder finder(*w.ring, w, history_request{.tail = 300}, w.ring->end());
  std::optional<history_finder::start> found;
  CHECK_FALSE(finder.turn(w.pin, now));  // no time at all
  while (!found) {
    found = finder.turn(w.pin, std::chrono::steady_clock::now().time_since_epoch().count() + 2000);
  }
  CHECK(found->at == at_once.at);
  CHECK(found->skip_matches == at_once.skip_matches);
}

}  // namespace
}  // namespace logio::hub
