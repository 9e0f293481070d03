#include "logio/journal/segment_summary.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::journal {
namespace {

segment_summary example() {
  segment_summary s(100);
  s.add_topic(1, {"shop", "web", "h1"});
  s.add_topic(2, {"a", "", ""});
  s.add_batch(100, 10, 1000, 1, 640, 64);
  s.add_batch(110, 5, 2000, 2, 320, 100'000);
  s.add_gap(115, 5, 2000, 3000, 200'000);
  s.add_batch(120, 1, 4000, 1, 64, 64 + segment_summary::mark_bytes);
  return s;
}

TEST_CASE("a summary counts records, bytes and topics and knows where to begin") {
  const segment_summary s = example();
  CHECK(s.next_position() == 121);
  CHECK(s.records() == 16);
  CHECK(s.bytes() == 1024);
  CHECK(s.first_arrival_ns() == 1000);
  CHECK(s.last_arrival_ns() == 4000);
  CHECK(s.topics().at(1).records == 11);
  CHECK(s.topics().at(2).bytes == 320);
  REQUIRE(s.marks().size() == 2);
  CHECK(s.mark_at_position(99) == nullptr);
  CHECK(s.mark_at_position(119)->position == 100);
  CHECK(s.mark_at_position(120)->position == 120);
  CHECK(s.mark_before(1000) == nullptr);
  CHECK(s.mark_before(4000)->position == 100);
  CHECK(s.mark_before(4001)->position == 120);
}

TEST_CASE("a summary comes back from its footer; no cut of it is taken") {
  const segment_summary s = example();
  std::vector<std::byte> bytes;
  s.encode(bytes);
  const auto back = segment_summary::decode(bytes, s.next_position());
  REQUIRE(back.has_value());
  CHECK(back->records() == s.records());
  CHECK(back->marks() == s.marks());
  CHECK(back->topics().at(1).topic == record::topic{"shop", "web", "h1"});
  CHECK(back->topics().at(2).topic == record::topic{"a", "", ""});
  CHECK(back->topics().at(2).records == 5);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = segment_summary::decode(std::span(bytes).first(size), s.next_position());
    REQUIRE_FALSE(cut.has_value());
  }
}

}  // namespace
}  // namespace logio::journal
