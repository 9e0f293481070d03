#include "app/top_snapshot.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

#include "app/top_print.hpp"

using namespace logio::app;
using logio::config::top_part;

namespace {

std::string status_page(const std::string& epoch, int position) {
  return R"({"version":"1","epoch":")" + epoch + R"(","cursor":")" + epoch + "-" +
         std::to_string(position) +
         R"(","started_at":"2026-01-01T00:00:00Z","uptime_seconds":60.0,"ring":{"bytes":100,)"
         R"("used_bytes":50,"records":7},"journal":null,"connections":{"publishers":1,)"
         R"("subscribers":1,"max":9},"topics":1})";
}

top_snapshot snapshot_of(const std::string& epoch, int position, int records, int dropped,
                         int seconds) {
  top_snapshot out;
  const std::string n = std::to_string(records);
  const std::string texts[] = {
      status_page(epoch, position),
      R"({"topics":[{"app":"a","proc":"p","host":"h","records":)" + n + R"(,"bytes":)" + n +
          R"(0,"refused":0,"records_per_second":7.0,"publishers":1,)"
          R"("last_seen":"2026-01-01T00:00:50Z"}]})",
      R"({"subscribers":[{"id":3,"remote":"r","filter":"","format":"text","sent_records":)" + n +
          R"(,"sent_bytes":1,"dropped_records":)" + std::to_string(dropped) +
          R"(,"missed_records":0,"lag_records":4}]})",
      R"({"sinks":[]})", R"({"state":"off","events":{"x_event":)" + n + R"(},"url":null})"};
  for (std::size_t i = 0; i < top_snapshot::pages; ++i) {
    REQUIRE(!read_page(out, i, texts[i], true));
  }
  out.taken = std::chrono::steady_clock::time_point(std::chrono::seconds(seconds));
  return out;
}

double cell(const top_snapshot& s, top_part part, std::string_view title) {
  return s.of(part).front().number(find_sort(part, title));
}

}  // namespace

TEST_CASE("two looks make rates, one has the hub's own") {
  top_snapshot first = snapshot_of("e1", 100, 100, 5, 10);
  compare(first, nullptr);
  CHECK(cell(first, top_part::topics, "rec/s") == 7);
  CHECK(cell(first, top_part::topics, "LAST") == 10);
  CHECK(!is_known(cell(first, top_part::subscribers, "REC/S")));
  CHECK(first.lag_records == 4);

  top_snapshot second = snapshot_of("e1", 300, 200, 8, 12);
  compare(second, &first);
  CHECK(second.seconds == 2);
  CHECK(second.in.records == 100);
  CHECK(cell(second, top_part::topics, "REC/S") == 50);
  CHECK(cell(second, top_part::topics, "B/S") == 500);
  CHECK(second.out.records == 50);
  CHECK(second.lost_records == 3);
  CHECK(second.of(top_part::marathon)[1].number(2) == 50);
}

TEST_CASE("a hub that was started anew has no rates yet") {
  const top_snapshot first = snapshot_of("e1", 100, 100, 5, 10);
  top_snapshot second = snapshot_of("e2", 3, 3, 0, 12);
  compare(second, &first);
  CHECK(second.restarted);
  CHECK(second.seconds == 0);
  CHECK(second.lost_records == 0);
}

TEST_CASE("a page that is no hub's is told") {
  top_snapshot s;
  CHECK(read_page(s, 0, "{}", false) == "it has no epoch");
  CHECK(read_page(s, 1, R"({"topics":7})", false) == "it has no topics");
  CHECK(read_page(s, 4, "[]", false) == "it has no state");
  CHECK(read_page(s, 3, "<", false) == "expected a value, found '<' at byte 0");
}

TEST_CASE("fields of another kind than a hub's are not known") {
  top_snapshot s;
  REQUIRE(!read_page(s, 1, R"({"topics":[{"app":[],"records":"x","last_seen":3},7]})", false));
  CHECK(s.of(top_part::topics).size() == 2);
  CHECK(!is_known(cell(s, top_part::topics, "RECORDS")));
}
