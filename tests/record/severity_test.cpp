#include "logio/record/severity.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace logio::record;

TEST_CASE("a severity is a word in any case or a number from 1 to 24") {
  CHECK(parse_severity("trace") == 1);
  CHECK(parse_severity("DEBUG") == 5);
  CHECK(parse_severity("Info") == 9);
  CHECK(parse_severity("warn") == 13);
  CHECK(parse_severity("error") == 17);
  CHECK(parse_severity("fatal") == 21);
  for (int number = 1; number <= 24; ++number)
    CHECK(parse_severity(std::to_string(number)) == number);
  for (const char* wrong :
       {"", "0", "25", "100", "01", "+1", "-1", "1.0", " 1", "warning", "inf"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_severity(wrong).has_value());
  }
}

TEST_CASE("a severity's name is that of its range of four") {
  CHECK(severity_name(0).empty());
  CHECK(severity_name(1) == "trace");
  CHECK(severity_name(4) == "trace");
  CHECK(severity_name(9) == "info");
  CHECK(severity_name(24) == "fatal");
  CHECK(severity_name(25).empty());
}

TEST_CASE("syslog counts severities from 7 for debug down to 0, unknown is informational") {
  std::string all;
  for (int number = 0; number <= 25; ++number) {
    all += std::to_string(syslog_severity(static_cast<severity_number>(number)));
  }
  CHECK(all == "6" "77777777" "6555" "4444" "3333" "2100" "6");
}

TEST_CASE("what syslog counts comes back as a severity that it counts the same") {
  for (unsigned level = 0; level < 8; ++level) {
    CAPTURE(level);
    REQUIRE(severity_of_syslog(level));
    CHECK(syslog_severity(*severity_of_syslog(level)) == level);
  }
  CHECK(severity_of_syslog(7) == 5);
  CHECK(severity_of_syslog(6) == 9);
  CHECK(severity_of_syslog(3) == 17);
  CHECK(severity_of_syslog(0) == 23);
  CHECK_FALSE(severity_of_syslog(8));
}
