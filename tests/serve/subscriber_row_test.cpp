#include "serve/subscriber_row.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("a subscriber is shown with what waits and how long it does") {
  subscriber_row row;
  row.id = 7;
  row.remote = "10.0.0.7:52114";
  row.filter = "app=\"x\"";
  row.format = "text";
  row.connected_ns = 1'000'000'000;
  row.counts.sent = 10;
  row.counts.sent_bytes = 1000;
  row.counts.queued = 3;
  row.counts.queued_bytes = 4096;
  row.counts.dropped = 4;
  row.counts.missed = 5;
  row.unsent_since_ns = 8'500'000'000;
  std::string out;
  append_subscriber(out, row, 10'000'000'000);
  CHECK(out == R"({"id":7,"remote":"10.0.0.7:52114","filter":"app=\"x\"","format":"text",)"
               R"("connected_at":"1970-01-01T00:00:01.000000000Z","sent_records":10,)"
               R"("sent_bytes":1000,"queued_bytes":4096,"dropped_records":4,"missed_records":5,)"
               R"("lag_records":3,"lag_seconds":1.500})");
}

TEST_CASE("nothing that waits has no age, and what a proxy says is shown") {
  subscriber_row row;
  row.forwarded_for = "1.2.3.4";
  std::string out;
  append_subscriber(out, row, 10'000'000'000);
  CHECK(out.find(R"("lag_seconds":0.000)") != std::string::npos);
  CHECK(out.find(R"("forwarded_for":"1.2.3.4")") != std::string::npos);
  row.unsent_since_ns = 11'000'000'000;  // a clock that was set back
  out.clear();
  append_subscriber(out, row, 10'000'000'000);
  CHECK(out.find(R"("lag_seconds":0.000)") != std::string::npos);
}

}  // namespace
}  // namespace logio::serve
