#include "logio/base/digits.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <random>
#include <string>

using namespace logio::base;

TEST_CASE("eight digits are their number") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 10'000; ++i) {
    const auto any = static_cast<unsigned>(random() % 100'000'000);
    const unsigned number = i == 0 ? 0 : i == 1 ? 99'999'999 : any;
    char text[16];
    std::snprintf(text, sizeof text, "%08u", number);
    const std::uint64_t eight = load_8_bytes(text);
    REQUIRE(is_8_digits(eight));
    REQUIRE(value_of_8_digits(eight) == number);
  }
}

TEST_CASE("a number's eight digits are written as read") {
  const auto written = [](std::uint32_t value) {
    std::string out(8, ' ');
    store_8_bytes(out.data(), digits_of_8(value));
    return out;
  };
  CHECK(written(0) == "00000000");
  CHECK(written(12'345'678) == "12345678");
  CHECK(written(99'999'999) == "99999999");
  for (std::uint32_t pair = 0; pair < 10'000; ++pair) {
    const std::uint32_t value = pair * 10'000 + (9'999 - pair);
    REQUIRE(value_of_8_digits(digits_of_8(value)) == value);
  }
}

TEST_CASE("one byte that is no digit anywhere makes eight bytes no digits") {
  for (int at = 0; at < 8; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      char text[9] = "20161206";
      text[at] = static_cast<char>(byte);
      REQUIRE(is_8_digits(load_8_bytes(text)) == (byte >= '0' && byte <= '9'));
    }
  }
}

TEST_CASE("the digits before the first byte that is none are counted, and are their number") {
  for (unsigned count = 0; count < 8; ++count) {
    for (int byte = 0; byte < 256; ++byte) {
      if (byte >= '0' && byte <= '9') continue;
      char text[9] = "92736451";
      text[count] = static_cast<char>(byte);
      REQUIRE(count_leading_digits(load_8_bytes(text)) == count);
      if (count == 0) continue;
      text[count] = '\0';
      REQUIRE(value_of_leading_digits(load_8_bytes(text), count) == std::stoull(text));
    }
  }
  const std::uint64_t eight = load_8_bytes("92736451");
  CHECK(count_leading_digits(eight) == 8);
  CHECK(value_of_leading_digits(eight, 8) == 92'736'451);
}
