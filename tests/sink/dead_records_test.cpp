#include "logio/sink/dead_records.hpp"

#include <catch2/catch_test_macros.hpp>

#include "logio/sink/dead_letters.hpp"
#include "fed_records.hpp"

namespace logio::sink {
namespace {

using namespace testing;

constexpr std::size_t record_bytes_max = std::size_t{1} << 20;

TEST_CASE("what was put aside comes back as it was") {
  dead_letters dead("");
  const record::topic topics[] = {{"shop", "web", "h1"}, {"a", "", ""}};
  const std::string reason = R"(odd ","record":{ reason)";
  const texts made({"first\nline", R"({"json":"inside","record":1})", std::string(100'000, 'x')},
                   17);
  std::uint64_t position = 41;
  std::vector<record::view> originals;
  for (const record::view r : made.view()) {
    dead.add({r, &topics[position % 2], 1'481'062'461'448'000'123, test_epoch, position}, reason,
             7);
    ++position;
    originals.push_back(r);
  }
  std::uint64_t at = 0;
  const auto lines = dead.read(at, 1 << 20);
  REQUIRE(lines.has_value());
  dead_records again(record_bytes_max);
  const auto& items = again.read(*lines);
  REQUIRE(items.size() == 3);
  CHECK(again.unreadable() == 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    CHECK(items[i].record.text() == originals[i].text());
    CHECK(items[i].record.time_ns() == originals[i].time_ns());
    CHECK(items[i].record.severity() == 17);
    CHECK(items[i].arrival_ns == 1'481'062'461'448'000'123);
    CHECK(items[i].epoch == test_epoch);
    CHECK(items[i].position == 41 + i);
    CHECK(*items[i].topic == topics[(41 + i) % 2]);
    CHECK(items[i].repeated);
    CHECK(items[i].resent);
  }
}

TEST_CASE("what holds no record is counted") {
  dead_records again(record_bytes_max);
  CHECK(again.read("\n{}\nnonsense\n{\"reason\":\"x\",\"record\":{}}\n").empty());
  CHECK(again.unreadable() == 4);
}

}  // namespace
}  // namespace logio::sink
