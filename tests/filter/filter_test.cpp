#include "logio/filter/filter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

using namespace logio::filter;
using logio::record::topic_view;
using test::make;
using test::with_log;

namespace {

spec with_proc(std::vector<std::string> proc, mode how = mode::whole) {
  spec s;
  s.proc = std::move(proc);
  s.match = how;
  return s;
}

}  // namespace

TEST_CASE("a topic pattern matches the whole value, or a part where asked to") {
  struct row {
    std::string pattern, value;
    bool whole, partial;
  };
  const std::vector<row> rows = {
      {"web|worker", "web", true, true},
      {"web|worker", "worker", true, true},
      {"web|worker", "webhook", false, true},
      {"web|worker", "Web", false, false},
      {"(?i)web", "WEB", true, true},
      {"web.*", "webhook", true, true},
      {"^web$", "web", true, true},
      {"bar$", "open bar", false, true},
      {"^baz", "baz-ness", false, true},
      {"w.b",
       "w\xC3\xA9"
       "b",
       true, true},
      {"^$", "", true, true},
      {"^$", "x", false, false},
      {"a|ab", "ab", true, true},
      {"web|", "", true, true},
      {".*", "", true, true},
      {".", "", false, false},
  };
  for (const row& r : rows) {
    INFO(r.pattern << " on " << r.value);
    CHECK(make(with_proc({r.pattern})).proc(r.value) == r.whole);
    CHECK(make(with_proc({r.pattern}, mode::partial)).proc(r.value) == r.partial);
    CHECK(make(with_proc({r.pattern})).matches_partly({"a", r.value, ""}) == r.partial);
  }
}

TEST_CASE("repeated topic patterns mean any of them, and all three parts must match") {
  spec s = with_proc({"web", "work.*"});
  s.app = {"shop"};
  const filter f = make(s);
  CHECK(f.matches_topic({"shop", "web", "h1"}));
  CHECK(f.matches_topic({"shop", "worker", ""}));
  CHECK_FALSE(f.matches_topic({"shop", "cron", "h1"}));
  CHECK_FALSE(f.matches_topic({"shops", "web", "h1"}));
  CHECK(f.matches_partly({"shops", "webhook", "h1"}));
  CHECK(f.app("shop"));
  CHECK_FALSE(f.app("sho"));
  CHECK(f.host("anything"));
}

TEST_CASE("an empty pattern is as good as none") {
  spec s = with_log({""}, {""});
  s.app = {""};
  const filter f = make(s);
  CHECK(f.matches_topic({"any", "", ""}));
  CHECK_FALSE(f.has_line_patterns());
  CHECK(f.matches_line("x"));
  CHECK(f.source() == spec{});
  CHECK(filter().matches_topic({"any", "b", "c"}));
  CHECK(filter().matches_line(""));
  CHECK_FALSE(make(with_proc({"", "web"})).proc("cron"));
}

TEST_CASE("every log pattern must be in a line, and no exclude pattern") {
  const filter f = make(with_log({"error", "time.?out"}, {"health", "[0-9]{3}ms"}));
  CHECK(f.has_line_patterns());
  CHECK(f.matches_line("an error: timeout"));
  CHECK(f.matches_line("an error: time out"));
  CHECK_FALSE(f.matches_line("an error"));
  CHECK_FALSE(f.matches_line("time out"));
  CHECK_FALSE(f.matches_line("an error: timeout in /health"));
  CHECK_FALSE(f.matches_line("an error: timeout after 123ms"));
  CHECK(f.matches_line("an error: timeout after 12ms"));
  CHECK(make(with_log({}, {"x"})).matches_line(""));
}

TEST_CASE("bytes that are not UTF-8 count as characters and hide nothing") {
  const std::string line = "error caf\xE9 \xFF timeout";
  CHECK(make(with_log({"timeout"})).matches_line(line));
  CHECK(make(with_log({"error.*timeout"})).matches_line(line));
  CHECK(make(with_log({"caf. "})).matches_line(line));
  CHECK(make(with_log({"caf[^x] "})).matches_line(line));
  CHECK(make(with_log({"\xEF\xBF\xBD"})).matches_line(line));
  CHECK(make(with_log({"\\x{FFFD}"})).matches_line(line));
  CHECK_FALSE(make(with_log({"\\x{E9}"})).matches_line(line));
  CHECK_FALSE(make(with_log({}, {"error.*timeout"})).matches_line(line));
  CHECK(make(with_log({"^.{2}$"})).matches_line("\xE2\x82z"));
  CHECK(make(with_log({"(?i)\xC3\x89T\xC3\x89"})).matches_line("\xFF\xC3\xA9t\xC3\xA9"));
}

TEST_CASE("a filter remembers the canonical form of what it was made from") {
  CHECK(make(with_proc({"b", "", "a", "b"})).source().proc == std::vector<std::string>{"a", "b"});
}

TEST_CASE("patterns past the limits are refused with their number") {
  limits bounds;
  bounds.pattern_bytes_max = 4;
  const auto too_long = compile(with_proc({"abcde"}), bounds);
  REQUIRE(too_long.has_error());
  CHECK(too_long.error().fault == pattern_fault::too_long);
  CHECK(too_long.error().message == "the pattern has 5 bytes");
  CHECK(compile(with_proc({"abcd"}), bounds).has_value());

  bounds = {};
  bounds.patterns_max = 2;
  const auto too_many = compile(with_log({"a", "b"}, {"c"}), bounds);
  REQUIRE(too_many.has_error());
  CHECK(too_many.error().fault == pattern_fault::too_many);
  CHECK(too_many.error().parameter == "exclude");
  CHECK(compile(with_log({"a"}, {"c"}), bounds).has_value());

  const auto too_large = compile(with_log({"\\pL{1000}"}), limits{});
  REQUIRE(too_large.has_error());
  CHECK(too_large.error().fault == pattern_fault::too_complex);
  CHECK(too_large.error().parameter == "log");

  const std::string costly = "(a?b?c?.?){200}";
  CHECK(compile(with_log({costly}), limits{}).has_value());
  const auto together = compile(with_log({costly, costly + "d"}), limits{});
  REQUIRE(together.has_error());
  CHECK(together.error().fault == pattern_fault::too_complex);

  std::string ids = "id-[0-9]+";
  while (ids.size() < 4080) ids += "|id-" + std::to_string(ids.size());
  CHECK(compile(with_log({ids}), limits{}).has_value());
}

TEST_CASE("a pattern that backtracks elsewhere for ever takes no time here") {
  const filter f = make(with_log({"(a*)*b$", "(x+x+)+y"}));
  CHECK_FALSE(f.matches_line(std::string(100'000, 'a') + std::string(100'000, 'x')));
}

TEST_CASE("copies of a filter may be asked from many threads") {
  const filter f = make(with_log({"[0-9]+ms", "(?i)error"}));
  std::vector<std::thread> threads;
  std::vector<int> found(4);
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([f, &count = found[t]] {
      for (int i = 0; i < 2000; ++i) {
        count += f.matches_line("ERROR after " + std::to_string(i) + (i % 2 == 0 ? "ms" : "s"));
      }
    });
  }
  for (std::thread& t : threads) t.join();
  for (const int count : found) CHECK(count == 1000);
}
