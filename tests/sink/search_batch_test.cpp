#include "sink/search_batch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using namespace logio::sink::testing;

namespace {

constexpr std::int64_t day_ns = std::int64_t{86'400} * 1'000'000'000;

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

}  // namespace

TEST_CASE("any run of records is a body of its own") {
  offered_records records;
  records.add({"a", "p", "h"}, "one", 0).add({"b", "", ""}, "two", day_ns);
  records.add({"a", "p", "h"}, std::string(3000, '\x01'), day_ns);
  search_batch batch("l-%Y.%m.%d");
  batch.encode(records.items());
  REQUIRE(batch.size() == 3);
  CHECK(batch.lines(1, 2) ==
        "{\"create\":{\"_index\":\"l-1970.01.02\",\"_id\":\"0123456789abcdef-2\"}}\n"
        "{\"@timestamp\":\"1970-01-02T00:00:00.000000000Z\",\"service\":{\"name\":\"b\"},"
        "\"event\":{\"sequence\":2},\"message\":\"two\"}\n");
  CHECK(batch.lines(0, 1).find("l-1970.01.01") != std::string_view::npos);
  CHECK(count_of(batch.lines(0, 3), "\n") == 6);
  CHECK(std::string(batch.lines(0, 1)).append(batch.lines(1, 3)) == batch.lines(0, 3));
  CHECK(batch.lines(2, 2).empty());
  // The next call's topics may lie where this one's lay.
  offered_records next(9);
  next.add({"c", "", ""}, "three", 0);
  batch.encode(next.items());
  REQUIRE(batch.size() == 1);
  CHECK(count_of(batch.lines(0, 1), R"("service":{"name":"c"})") == 1);
}

TEST_CASE("requests are of about the same size, and never above what is allowed") {
  offered_records records;
  for (int i = 0; i < 1000; ++i) records.add({"a", "", ""}, std::string(100, 'x'), 0);
  search_batch batch("logs");
  batch.encode(records.items());
  const std::size_t total = batch.lines(0, 1000).size();
  for (const std::size_t bytes_max : {total, total - 1, total / 3, std::size_t{5000}}) {
    std::size_t requests = 0, smallest = total;
    for (std::size_t first = 0; first < batch.size(); ++requests) {
      const std::size_t last = batch.request_end(first, bytes_max);
      REQUIRE(last > first);
      CHECK(batch.lines(first, last).size() <= bytes_max);
      smallest = std::min(smallest, batch.lines(first, last).size());
      first = last;
    }
    const std::size_t least = (total + bytes_max - 1) / bytes_max;
    CHECK(requests >= least);
    CHECK(requests <= least + least / 8 + 1);
    CHECK(smallest > total / requests / 2);
  }
}

TEST_CASE("a record that is larger than a request is a request of its own") {
  offered_records records;
  records.add({"a", "", ""}, "x", 0).add({"a", "", ""}, std::string(900, 'x'), 0);
  search_batch batch("logs");
  batch.encode(records.items());
  CHECK(batch.request_end(0, 1) == 1);
  CHECK(batch.request_end(1, 1) == 2);
}
