#include "journal/active_segment.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::journal {
namespace {

TEST_CASE("what is told of a segment can be found until another one is being written") {
  active_segment active;
  CHECK_FALSE(active.look());
  const segment_head first{7, 100, 0, 1}, second{7, 300, 0, 2};
  active.begin(first);
  active.extend(64, 100, {});
  CHECK_FALSE(active.mark_at_position(first, 100));
  active.extend(1000, 200, {{{100, 10, 64}, {150, 20, 500}}, {{3, {"shop", "web", "h1"}}}});
  active.extend(2000, 300, {{{250, 30, 1500}}, {}});

  const auto extent = active.look();
  REQUIRE(extent);
  CHECK(extent->is(first));
  CHECK(extent->bytes == 2000);
  CHECK(extent->next_position == 300);

  CHECK_FALSE(active.mark_at_position(first, 99));
  CHECK(active.mark_at_position(first, 100)->at == 64);
  CHECK(active.mark_at_position(first, 249)->at == 500);
  CHECK(active.mark_at_position(first, 1000)->at == 1500);
  CHECK_FALSE(active.mark_before(first, 10));  // records of that time may stand in front of it
  CHECK(active.mark_before(first, 11)->at == 64);
  CHECK(active.mark_before(first, 30)->at == 500);
  CHECK(active.topic(first, 3)->app == "shop");
  CHECK_FALSE(active.topic(first, 4));

  active.end();
  CHECK_FALSE(active.look());
  CHECK_FALSE(active.topic(first, 3));
  active.begin(second);
  CHECK_FALSE(active.topic(first, 3));
  CHECK_FALSE(active.topic(second, 3));
  CHECK_FALSE(active.mark_at_position(first, 200));
  CHECK_FALSE(active.mark_before(second, 100));
}

}  // namespace
}  // namespace logio::journal
