#include "sink/time_template.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio::sink;

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t at_2016_12_06_22 = 1'481'062'461 * second_ns + 448'123'456;

std::string named(std::string text, std::int64_t time_ns) {
  REQUIRE_FALSE(time_template::check(text));
  return time_template(std::move(text)).name_at(time_ns);
}

}  // namespace

TEST_CASE("a name has the UTC parts of the event time, whatever the machine's zone") {
  CHECK(named("logs", at_2016_12_06_22) == "logs");
  CHECK(named("logs-%Y.%m.%d", at_2016_12_06_22) == "logs-2016.12.06");
  CHECK(named("%H/%d/%m/%Y", at_2016_12_06_22) == "22/06/12/2016");
  CHECK(named("100%%-%{x", at_2016_12_06_22) == "100%-{x");
  CHECK(named("%%Y", at_2016_12_06_22) == "%Y");
}

TEST_CASE("times before 1970 and leap days have their own names") {
  CHECK(named("%Y%m%d%H", -1) == "1969123123");
  CHECK(named("%Y%m%d%H", -3600 * second_ns) == "1969123123");
  CHECK(named("%Y%m%d%H", -3600 * second_ns - 1) == "1969123122");
  CHECK(named("%Y%m%d%H", 0) == "1970010100");
  CHECK(named("%Y-%m-%d", 1'709'164'800 * second_ns) == "2024-02-29");
}

TEST_CASE("the name changes with the hour and is kept within it") {
  time_template hourly("t-%H");
  const std::int64_t hour_begin = at_2016_12_06_22 / (3600 * second_ns) * (3600 * second_ns);
  CHECK(hourly.name_at(hour_begin) == "t-22");
  CHECK(hourly.name_at(hour_begin + 3600 * second_ns - 1) == "t-22");
  CHECK(hourly.name_at(hour_begin + 3600 * second_ns) == "t-23");
  CHECK(hourly.name_at(hour_begin) == "t-22");
}

TEST_CASE("what is no template is told with its place") {
  CHECK(time_template::check("logs-%Y.%M").value() ==
        "'%M' at byte 8 of 'logs-%Y.%M' is none of %Y %m %d %H %%");
  CHECK(time_template::check("50%").value().find("'%' at byte 2") == 0);
  CHECK_FALSE(time_template::check(""));
}
