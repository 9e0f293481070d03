#include "filter/text_scanner.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <set>
#include <string>
#include <vector>

using namespace logio::filter;

namespace {

std::set<std::size_t> scanned(const text_scanner& scanner, std::string_view line) {
  std::set<std::size_t> found;
  scanner.scan(line, [&](std::size_t index) { found.insert(index); });
  return found;
}

std::set<std::size_t> searched(const std::vector<std::string>& texts, std::string_view line) {
  std::set<std::size_t> found;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (line.find(texts[i]) != std::string_view::npos)
      found.insert(i);
  }
  return found;
}

}  // namespace

TEST_CASE("a scanner finds exactly the texts that are in a line") {
  constexpr std::uint32_t seed = 41;
  std::mt19937 random(seed);
  for (const std::size_t count : {1U, 5U, 60U, 700U}) {
    for (int round = 0; round < 40; ++round) {
      INFO("seed " << seed << ", " << count << " texts, round " << round);
      std::vector<std::string> texts(count);
      for (std::string& text : texts) {
        text.resize(3 + random() % 6);
        for (char& c : text) c = "abcd"[random() % 4];
      }
      const text_scanner scanner(texts);
      for (std::size_t length = 0; length < 40; ++length) {
        std::string line(length, ' ');
        for (char& c : line) c = "abcd"[random() % 4];
        REQUIRE(scanned(scanner, line) == searched(texts, line));
      }
    }
  }
}

TEST_CASE("texts with one long common beginning get windows of their own") {
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) texts.push_back("request_id=" + std::to_string(100'000 + i));
  const text_scanner scanner(texts);
  const std::string line = "12:00 request_id=100321 done";
  CHECK(scanned(scanner, line) == std::set<std::size_t>{321});
}

TEST_CASE("a scanner without texts finds nothing, and a short line is no trouble") {
  CHECK(scanned(text_scanner(), "abc").empty());
  const text_scanner scanner({"abc"});
  CHECK(scanned(scanner, "").empty());
  CHECK(scanned(scanner, "ab").empty());
  CHECK(scanned(scanner, "abc") == std::set<std::size_t>{0});
}
