#include "logio/record/time.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cstdint>
#include <ctime>
#include <random>
#include <string>

using namespace logio::record;

namespace {

std::string text_time(std::int64_t time_ns) {
  std::string out(text_time_bytes, ' ');
  text_time_writer().write(time_ns, out.data());
  return out;
}

std::string rfc3339(std::int64_t time_ns) {
  std::string out(rfc3339_bytes, ' ');
  write_rfc3339(time_ns, out.data());
  return out;
}

}  // namespace

TEST_CASE("an RFC 3339 time parses with 0 to 9 fraction digits and any offset") {
  const auto [text, expected] = GENERATE(table<std::string, std::int64_t>({
      {"1970-01-01T00:00:00Z", 0},
      {"1969-12-31T23:59:59.999999999Z", -1},
      {"2016-12-06T22:14:21.448Z", 1'481'062'461'448'000'000},
      {"2016-12-06t22:14:21.448z", 1'481'062'461'448'000'000},
      {"2016-12-06 22:14:21.448123456+00:00", 1'481'062'461'448'123'456},
      {"2016-12-06T17:14:21.4-05:00", 1'481'062'461'400'000'000},
      {"2016-12-07T03:44:21+05:30", 1'481'062'461'000'000'000},
      {"2016-12-06T22:14:21.12345678-00:00", 1'481'062'461'123'456'780},
      {"2016-12-31T23:59:60Z", 1'483'228'800'000'000'000},
      {"2000-02-29T00:00:00Z", 951'782'400'000'000'000},
      {"2262-04-11T23:47:16.854775807Z", INT64_MAX},
      {"1677-09-21T00:12:43.145224192Z", INT64_MIN},
  }));
  CAPTURE(text);
  REQUIRE(parse_rfc3339(text) == expected);
  std::int64_t prefix = 0;
  rfc3339_parser parser;
  const std::string with_more = text + "\",";
  const char* const begin = with_more.data();
  for (int again = 0; again < 2; ++again) {
    const char* const behind = parser.parse_prefix(begin, begin + with_more.size(), prefix);
    if (behind == nullptr) continue;  // a year that is left to parse_rfc3339
    CHECK(behind == begin + text.size());
    CHECK(prefix == expected);
  }
}

TEST_CASE("a parser with its minute at hand parses what one without it parses") {
  const std::string fraction = GENERATE("", ".", ".4", ".448", ".448123", ".44812345", ".448123456",
                                        ".000000001", ".4481234567", ".448:23456", ".4481234/6");
  const std::string second = GENERATE("00", "21", "59", "60", "61", "2x", "/1");
  const std::string zone = GENERATE("Z", "z", "+01:30", "", "Y");
  const std::string text = "2016-12-06T22:14:" + second + fraction + zone;
  CAPTURE(text);
  rfc3339_parser parser;
  std::int64_t ignored = 0, time_ns = 0;
  const std::string warm = "2016-12-06T22:14:20Z";
  REQUIRE(parser.parse_prefix(warm.data(), warm.data() + warm.size(), ignored) != nullptr);
  const std::string longer = text + "\",\"raw\":\"what comes behind it";
  const char* const behind =
      parser.parse_prefix(longer.data(), longer.data() + longer.size(), time_ns);
  const auto expected = parse_rfc3339(text);
  REQUIRE((behind == longer.data() + text.size()) == expected.has_value());
  if (expected) CHECK(time_ns == *expected);
}

TEST_CASE("what is no RFC 3339 time is refused") {
  const std::string text = GENERATE(
      "", "bad", "2016-12-06", "2016-12-06T22:14:21", "2016-12-06T22:14:21.Z",
      "2016-12-06T22:14:21.1234567890Z", "2016-12-06T22:14:21.12x", "2016-12-06T22:14Z",
      "2016-12-06T24:00:00Z", "2016-12-06T23:60:00Z", "2016-12-06T23:59:61Z",
      "2016-13-01T00:00:00Z", "2016-00-01T00:00:00Z", "2016-04-31T00:00:00Z",
      "2015-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2016-12-00T00:00:00Z",
      "2016-12-06T22:14:21+24:00", "2016-12-06T22:14:21+0100", "2016-12-06T22:14:21+01",
      "2016-12-06T22:14:21+01:60", "2016-12-06T22:14:21Z ", " 2016-12-06T22:14:21Z",
      "2016-12-06  22:14:21Z", "2016-12-06X22:14:21Z", "+016-12-06T22:14:21Z",
      "2016-1-06T22:14:21.0Z", "2016-12-06T22:14:2 .0Z", "0000-01-01T00:00:00Z",
      "1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:16.854775808Z", "9999-12-31T23:59:59Z");
  CAPTURE(text);
  CHECK_FALSE(parse_rfc3339(text).has_value());
  std::int64_t time_ns = 0;
  const char* const end = text.data() + text.size();
  const char* const behind = rfc3339_parser().parse_prefix(text.data(), end, time_ns);
  CHECK((behind == nullptr || behind != end));
}

TEST_CASE("a new parser remembers no minute that is none") {
  const std::string zeros = std::string(17, '\0') + "53.1Z";
  std::int64_t time_ns = 42;
  CHECK(rfc3339_parser().parse_prefix(zeros.data(), zeros.data() + zeros.size(), time_ns) ==
        nullptr);
  CHECK(time_ns == 42);
}

TEST_CASE("a time cut anywhere is no time") {
  const std::string text = "2016-12-06T17:14:21.448123456-05:00";
  rfc3339_parser parser;
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    const std::string cut = text.substr(0, bytes);  // its own memory: a read behind it shows
    std::int64_t time_ns = 0;
    CAPTURE(cut);
    CHECK_FALSE(parse_rfc3339(cut).has_value());
    CHECK(parser.parse_prefix(cut.data(), cut.data() + cut.size(), time_ns) == nullptr);
  }
}

TEST_CASE("the text time is UTC with milliseconds truncated towards the past") {
  CHECK(text_time(1'481'062'461'448'900'000) == "2016-12-06T22:14:21.448");
  CHECK(text_time(0) == "1970-01-01T00:00:00.000");
  CHECK(text_time(-1) == "1969-12-31T23:59:59.999");
  CHECK(text_time(INT64_MIN) == "1677-09-21T00:12:43.145");
  CHECK(text_time(INT64_MAX) == "2262-04-11T23:47:16.854");
}

TEST_CASE("a writer that remembers its second writes what a new one writes") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  text_time_writer writer;
  std::int64_t time_ns = 1'481'062'461'448'000'000;
  for (int i = 0; i < 5000; ++i) {
    time_ns += static_cast<std::int64_t>(random() % 3'000'000'000) - 1'000'000'000;
    if (i % 100 == 0) time_ns = static_cast<std::int64_t>(random());
    std::string out(text_time_bytes, ' ');
    writer.write(time_ns, out.data());
    REQUIRE(out == text_time(time_ns));
  }
}

TEST_CASE("a writer of RFC 3339 times that remembers its second writes what a new one writes") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  rfc3339_writer remembering;
  std::int64_t time_ns = 0;
  for (int i = 0; i < 20'000; ++i) {
    time_ns = i % 50 == 0 ? static_cast<std::int64_t>(random()) / 2
                          : time_ns + static_cast<std::int64_t>(random() % 700'000'000);
    if (i == 1) time_ns = INT64_MIN;
    if (i == 2) time_ns = INT64_MIN + 1;
    std::string out(rfc3339_bytes, ' ');
    remembering.write(time_ns, out.data());
    REQUIRE(out == rfc3339(time_ns));
    REQUIRE(parse_rfc3339(out) == time_ns);
  }
}

TEST_CASE("a written time parses back, and the calendar is the C library's") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20000; ++i) {
    const auto time_ns = static_cast<std::int64_t>(random());
    const std::string text = rfc3339(time_ns);
    REQUIRE(parse_rfc3339(text) == time_ns);
    std::time_t second = time_ns / 1'000'000'000;
    if (time_ns % 1'000'000'000 < 0) --second;
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    char expected[32];
    std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &parts);
    REQUIRE(text.substr(0, 19) == expected);
  }
}
