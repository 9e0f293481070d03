#include "logio/sink/record_lines.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "logio/wire/json_encoder.hpp"
#include "fed_records.hpp"

namespace logio::sink {
namespace {

using namespace testing;

constexpr std::size_t record_bytes_max = std::size_t{1} << 20;

std::string object_of(const record::view& r, const record::topic& topic, std::uint64_t position,
                      std::int64_t arrival_ns) {
  wire::json_encoder encoder(test_epoch);
  const std::string members = record::json_members(topic);
  std::string out(encoder.ndjson_bound(r, members), '\0');
  const char* const end = encoder.encode_ndjson(out.data(), r, members, position, arrival_ns);
  out.resize(static_cast<std::size_t>(end - out.data()));
  out.pop_back();  // the line's end
  return out;
}

TEST_CASE("what the hub writes is read as it was, whatever the topics are") {
  const record::topic topics[] = {{"shop", "web", "h1"}, {"pay", "", ""}};
  const texts made({"one", "two\nlines \"quoted\"", std::string(200'000, 'y'), "four", "five"},
                   17);
  record_lines lines(record_bytes_max);
  std::uint64_t position = 7;
  for (const record::view r : made.view()) {
    const record::topic& topic = topics[position / 3 % 2];
    const auto found = lines.read(object_of(r, topic, position, 1'481'062'461'448'000'123));
    REQUIRE(found);
    CHECK(found->record.text() == r.text());
    CHECK(found->record.time_ns() == r.time_ns());
    CHECK(found->record.severity() == 17);
    CHECK(*found->topic == topic);
    CHECK(found->arrival_ns == 1'481'062'461'448'000'123);
    CHECK(found->place == log_place{test_epoch, position});
    ++position;
  }
}

TEST_CASE("what holds no record is none, and what follows is read") {
  const texts made({"text"});
  const record::topic topic{"shop", "web", "h1"};
  const std::string good = object_of(*made.view().begin(), topic, 1, 1);
  record_lines lines(record_bytes_max);
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("nonsense"), good.substr(0, 60),
        good.substr(0, good.size() - 1), good + "x", std::string("{\"missed\":42}"),
        good.substr(good.find(','))}) {
    CAPTURE(bad);
    CHECK_FALSE(lines.read(bad));
    CHECK(lines.read(good));
  }
}

TEST_CASE("a cursor is an epoch and a position") {
  CHECK(parse_cursor("00c0ffee00c0ffee-42") == log_place{0x00c0ffee00c0ffee, 42});
  for (const char* const bad : {"", "-", "00c0ffee00c0ffee", "00c0ffee00c0ffee-", "xyz-1",
                                "00c0ffee00c0ffee-1x", "00c0ffee00c0ffee--1",
                                "00c0ffee00c0ffee-99999999999999999999"}) {
    CHECK_FALSE(parse_cursor(bad));
  }
}

}  // namespace
}  // namespace logio::sink
