#include "app/tail_continuity.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

#include "logio/record/batch_builder.hpp"

namespace logio::app {
namespace {

const record::topic followed{"shop", "web", "h1"};

struct fixture {
  /// Whether it is shown. Its arrival is its time.
  bool take(std::uint64_t epoch, std::uint64_t position, std::int64_t time_ns,
            std::string_view text) {
    return take_at(epoch, position, time_ns, time_ns, text);
  }
  bool take_at(std::uint64_t epoch, std::uint64_t position, std::int64_t time_ns,
               std::int64_t arrival_ns, std::string_view text) {
    record::batch_builder batch(4096);
    record::head head;
    head.time_ns = time_ns;
    batch.append(head, text);
    return continuity.take(record::view(batch.data()), followed, arrival_ns, {epoch, position});
  }

  tail_continuity continuity{1'000};
};

TEST_CASE("a stream goes on behind the last record, or where it began") {
  fixture f;
  CHECK(f.continuity.query().empty());
  f.continuity.begin({0xa, 4});
  CHECK(f.continuity.query() == "&after=000000000000000a-4");
  CHECK(f.take(0xa, 5, 1'001, "x"));
  f.continuity.begin({0xa, 4});
  CHECK(f.continuity.query() == "&after=000000000000000a-5");
}

TEST_CASE("a hub that began anew is asked by time, and shows each record once") {
  fixture f;
  CHECK(f.take(0xa, 5, 2'000'000'000, "x"));
  f.continuity.lost();
  CHECK(f.continuity.by_time());
  CHECK(f.continuity.query() == "&since=1970-01-01T00:00:02.000000000Z");
  CHECK_FALSE(f.take(0xa, 5, 2'000'000'000, "x"));
  CHECK(f.take(0xb, 1, 2'000'000'001, "y"));
  CHECK_FALSE(f.continuity.by_time());
  CHECK(f.continuity.query() == "&after=000000000000000b-1");
}

TEST_CASE("what was shown and is in no journal is not shown when it is sent again") {
  fixture f;
  CHECK(f.take(0xa, 5, 2'000, "kept"));
  CHECK(f.take(0xa, 6, 3'000, "lost"));
  CHECK(f.take(0xa, 7, 4'000, "lost too"));
  f.continuity.lost();
  CHECK_FALSE(f.take_at(0xa, 5, 2'000, 4'000, "kept"));
  CHECK_FALSE(f.take_at(0xb, 1, 3'000, 5'000, "lost"));
  CHECK(f.take_at(0xb, 2, 3'500, 5'000, "new"));
  CHECK_FALSE(f.take_at(0xb, 3, 4'000, 6'000, "lost too"));
  CHECK(f.take_at(0xb, 4, 4'000, 6'000, "lost too"));  // as often as it was shown, not more
  CHECK(f.continuity.repeated() == 2);
}

TEST_CASE("a publisher that was away for longer than a run is known again") {
  fixture f;
  CHECK(f.take(0xa, 5, 2'000, "lost"));
  f.continuity.lost();
  CHECK(f.take_at(0xb, 1, 5'000, 5'000, "of another"));
  f.continuity.lost();
  CHECK_FALSE(f.take_at(0xc, 1, 2'000, 7'000, "lost"));
  CHECK_FALSE(f.take_at(0xc, 2, 5'000, 7'000, "of another"));
  CHECK(f.take_at(0xc, 3, 2'000, 7'000, "lost"));
}

TEST_CASE("what came again and was lost again is known a third time") {
  fixture f;
  CHECK(f.take(0xa, 5, 2'000, "lost"));
  f.continuity.lost();
  CHECK_FALSE(f.take_at(0xb, 5, 2'000, 5'000, "lost"));
  f.continuity.lost();
  CHECK_FALSE(f.take_at(0xc, 5, 2'000, 7'000, "lost"));
  CHECK(f.continuity.repeated() == 2);
}

TEST_CASE("records of runs before are not shown again by time") {
  fixture f;
  CHECK(f.take(0xa, 9, 2'000, "x"));
  CHECK(f.take(0xb, 1, 3'000, "y"));
  f.continuity.lost();
  CHECK_FALSE(f.take_at(0xa, 9, 2'000, 3'000, "x"));
  CHECK_FALSE(f.take_at(0xb, 1, 3'000, 3'000, "y"));
  CHECK(f.take_at(0xb, 2, 3'000, 3'000, "written and not shown"));
}

TEST_CASE("a stream of which nothing was shown yet does not show what was before it") {
  fixture f;
  f.continuity.begin({0xa, 100});
  f.continuity.lost();
  CHECK(f.continuity.query() == "&since=1970-01-01T00:00:00.000001000Z");
  CHECK_FALSE(f.take(0xa, 100, 1'000, "before"));
  CHECK_FALSE(f.take(0x9, 7, 900, "long before"));
  CHECK(f.take(0xb, 1, 1'001, "new"));
}

}  // namespace
}  // namespace logio::app
