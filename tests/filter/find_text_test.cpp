#include "filter/find_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>

using namespace logio::filter;

TEST_CASE("a text is found where std::string finds it, for every length and place") {
  std::mt19937 random(20261121);
  for (int round = 0; round < 20'000; ++round) {
    INFO("seed 20261121, round " << round);
    const auto made = [&](std::size_t bytes_max) {
      std::string s(random() % (bytes_max + 1), ' ');
      for (char& c : s) c = "aab"[random() % 3];
      return s;
    };
    const std::string line = made(90);
    const std::string text = made(random() % 4 == 0 ? 40 : 5);
    REQUIRE(text_finder(text).found_in(line) == (line.find(text) != std::string::npos));
  }
}

TEST_CASE("a text at the very beginning and the very end of a line is found") {
  for (std::size_t length = 1; length < 40; ++length) {
    std::string text(length, 'n');
    text.back() = 'Z';
    const text_finder finder(text);
    for (std::size_t rest = 0; rest < 80; ++rest) {
      REQUIRE(finder.found_in(text + std::string(rest, '.')));
      REQUIRE(finder.found_in(std::string(rest, '.') + text));
      REQUIRE_FALSE(finder.found_in(std::string(rest, '.') + text.substr(0, length - 1)));
    }
  }
}

TEST_CASE("the empty text is in every line, also in the empty one") {
  CHECK(text_finder("").found_in(""));
  CHECK(text_finder("").found_in("x"));
  CHECK_FALSE(text_finder("x").found_in(""));
  CHECK_FALSE(text_finder("x").found_in({}));
}

TEST_CASE("a line made to defeat the probes is still searched in linear time") {
  std::string text(4000, 'x');
  text.insert(3000, "e");
  const text_finder finder(text);
  std::string line(1 << 20, 'x');
  CHECK_FALSE(finder.found_in(line));  // quadratic, this compares 4 GiB and misses the time-out
  CHECK(finder.found_in(line + text));
}
