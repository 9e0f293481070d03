#include "logio/filter/line_set.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

using namespace logio::filter;
using test::make;
using test::with_log;

namespace {

std::vector<std::size_t> found(const line_set& set, std::string_view text) {
  line_matches matches;
  set.match(text, matches);
  std::vector<std::size_t> indexes;
  matches.for_each([&](std::size_t index) { indexes.push_back(index); });
  for (std::size_t i = 0; i < set.size(); ++i) {
    CHECK(matches.test(i) == (std::find(indexes.begin(), indexes.end(), i) != indexes.end()));
  }
  CHECK(matches.any() == !indexes.empty());
  return indexes;
}

using indexes = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a set of no filters matches nothing") {
  CHECK(found(line_set(), "x").empty());
  CHECK(line_set().row_words() == 0);
}

TEST_CASE("a set tells which filters match a line") {
  const std::vector<filter> filters = {
      make(with_log({"error"})),
      make(with_log({"error", "[0-9]+ms"})),
      make(with_log({}, {"health"})),
      make(with_log({"(?i)ERROR"}, {"time"})),
      filter(),
      make(with_log({"rr"})),
      make(with_log({"e|x"})),
      make(with_log({"web [0-9]+ .*ms"}, {"error"})),
  };
  const line_set set(filters);
  CHECK(found(set, "error in 12ms") == indexes{0, 1, 2, 3, 4, 5, 6});
  CHECK(found(set, "error time /health") == indexes{0, 4, 5, 6});
  CHECK(found(set, "web 1 in 3ms") == indexes{2, 4, 6, 7});
  CHECK(found(set, "") == indexes{2, 4});
}

TEST_CASE("filters that are not wanted are not told") {
  std::vector<filter> filters;
  for (int i = 0; i < 70; ++i) filters.push_back(make(with_log({"text" + std::to_string(i % 7)})));
  filters.push_back(filter());
  const line_set set(filters);
  std::vector<std::uint64_t> wanted(set.row_words());
  wanted[0] = 0b1000'0001;
  wanted[1] = 1 << 6;
  line_matches matches;
  set.match("text0", wanted, matches);
  CHECK(matches.row()[0] == 0b1000'0001);
  CHECK(matches.row()[1] == 1 << 6);
  wanted[0] = 1;
  set.match("text1", wanted, matches);
  CHECK(matches.row()[0] == 0);
}

TEST_CASE("one room serves set after set") {
  line_matches matches;
  for (const std::size_t count : {3U, 130U, 8U, 0U, 65U}) {
    std::vector<filter> filters;
    for (std::size_t i = 0; i < count; ++i) {
      filters.push_back(make(with_log({"n" + std::to_string(i) + ";"}, {"never"})));
    }
    const line_set set(filters);
    std::string all;
    for (std::size_t i = 0; i < count; i += 2) all += "n" + std::to_string(i) + ";";
    for (const bool never : {false, true, false}) {
      set.match(never ? all + "never" : all, matches);
      REQUIRE(matches.row().size() == (count + 63) / 64);
      for (std::size_t i = 0; i < count; ++i) {
        REQUIRE(matches.test(i) == (!never && i % 2 == 0));
      }
    }
  }
}

TEST_CASE("a set answers as its filters do one by one") {
  constexpr std::uint32_t seed = 99;
  test::pattern_source source(seed);
  for (int round = 0; round < 150; ++round) {
    INFO("seed " << seed << ", round " << round);
    std::vector<filter> filters;
    const std::size_t count = source.below(3) == 0 ? source.below(4) : source.below(90);
    while (filters.size() < count) {
      spec s;
      for (std::size_t n = source.below(3); n > 0; --n) s.log.push_back(source.pattern().source);
      for (std::size_t n = source.below(2); n > 0; --n)
        s.exclude.push_back(source.pattern().source);
      if (source.below(2) == 0)
        s.log.push_back(source.text(4));
      if (auto made = compile(s, limits{}))
        filters.push_back(std::move(*made));
    }
    const line_set set(filters);
    line_matches matches;
    for (int i = 0; i < 20; ++i) {
      std::string text = source.text(30);
      if (source.below(4) == 0)
        text += '\xFF';
      std::vector<std::uint64_t> wanted(set.row_words());
      for (auto& word : wanted) word = source.below(2) == 0 ? ~0ULL : 0x5A5A5A5A5A5A5A5AULL;
      set.match(text, wanted, matches);
      for (std::size_t f = 0; f < filters.size(); ++f) {
        INFO("filter " << f << ": " << to_query(filters[f].source()) << " on " << text);
        const bool asked = (wanted[f / 64] >> (f % 64) & 1) != 0;
        REQUIRE(matches.test(f) == (asked && filters[f].matches_line(text)));
      }
    }
  }
}

TEST_CASE("where the joint automaton runs out of memory the answers stay right") {
  std::vector<filter> filters;
  for (int i = 0; i < 40; ++i) {
    filters.push_back(make(with_log({"[a-f].{" + std::to_string(20 + i) + "}[0-9]$"})));
  }
  const line_set set(filters);
  line_matches matches;
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    std::string text(600, ' ');
    for (char& c : text) c = "abcdefghij0123456789"[random() % 20];
    set.match(text, matches);
    for (std::size_t f = 0; f < filters.size(); ++f) {
      REQUIRE(matches.test(f) == filters[f].matches_line(text));
    }
  }
}

TEST_CASE("a set outlives its filters and serves many threads") {
  line_set set;
  {
    std::vector<filter> filters;
    for (int i = 0; i < 50; ++i) {
      filters.push_back(make(with_log({"user-" + std::to_string(i) + " [a-z]+", "(?i)OK"})));
    }
    set = line_set(filters);
  }
  std::vector<std::thread> threads;
  std::vector<int> hits(4);
  for (auto& hit : hits) {
    threads.emplace_back([&set, &hit] {
      line_matches matches;
      for (int i = 0; i < 1000; ++i) {
        set.match("user-" + std::to_string(i % 100) + " did ok", matches);
        matches.for_each([&](std::size_t) { ++hit; });
      }
    });
  }
  for (std::thread& t : threads) t.join();
  for (const int hit : hits) CHECK(hit == 500);
}
