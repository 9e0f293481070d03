#include "logio/base/quantity.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace logio::base {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a size is a whole number with a binary unit or none") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("1000") == 1000);
  CHECK(parse_size("1KiB") == 1024);
  CHECK(parse_size("64MiB") == 64u << 20);
  CHECK(parse_size("2GiB") == std::uint64_t{2} << 30);
  CHECK(parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("what is no size is refused, and so is what does not fit") {
  for (const char* text : {"", "KiB", "-1", "+1", " 1", "1 ", "1 KiB", "1.5GiB", "0x10", "1k",
                           "1KB", "1kib", "1MB", "1G", "1KiB1", "1GiBs"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
  CHECK_FALSE(parse_size("18446744073709551616"));
  CHECK_FALSE(parse_size("17179869184GiB"));
  CHECK(parse_size("17179869183GiB"));
}

TEST_CASE("a duration is a whole number with a unit") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("15m") == 15min);
  CHECK(parse_duration("2h") == 2h);
  CHECK(parse_duration("7d") == 168h);
  CHECK(parse_duration("0s") == 0ms);
}

TEST_CASE("what is no duration is refused, and so is more than a hundred years") {
  for (const char* text : {"", "s", "5", "-5s", "5 s", "1.5h", "5S", "5sec", "5min", "1h30m"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK(parse_duration("36500d"));
  CHECK_FALSE(parse_duration("36501d"));
  CHECK_FALSE(parse_duration("18446744073709551615d"));
}

TEST_CASE("quantities are written in the largest unit that leaves no rest") {
  CHECK(format_size(0) == "0");
  CHECK(format_size(1000) == "1000");
  CHECK(format_size(64u << 20) == "64MiB");
  CHECK(format_size(1536) == "1536");
  CHECK(format_size(3 << 10) == "3KiB");
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(-1ms) == "0s");
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(15min) == "15m");
  CHECK(format_duration(48h) == "2d");
  CHECK(format_duration(1500ms) == "1500ms");
}

TEST_CASE("what is written can be read again") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t bytes = random() >> (random() % 64) << (random() % 4 * 10);
    CAPTURE(bytes);
    CHECK(parse_size(format_size(bytes)) == bytes);
    const std::chrono::milliseconds duration(static_cast<std::int64_t>(bytes % 3'000'000'000'000));
    CHECK(parse_duration(format_duration(duration)) == duration);
  }
}

}  // namespace
}  // namespace logio::base
