#include "logio/sink/dead_letters.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <fstream>

#include "fed_records.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;

const record::topic topic{"shop", "web", "h1"};

void add(dead_letters& to, const std::string& text, const std::string& why, bool resent = false) {
  const texts made({text});
  to.add({*made.view().begin(), &topic, 5, test_epoch, 7, resent, resent}, why,
         1'481'062'461'448'000'000);
}

std::string all(const dead_letters& of, std::size_t bytes_max = 100) {
  std::string out;
  for (std::uint64_t at = 0;;) {
    const auto some = of.read(at, bytes_max);
    REQUIRE(some.has_value());
    if (some->empty()) return out;
    CHECK(some->back() == '\n');
    out += *some;
  }
}

TEST_CASE("a refused record is kept with its reason, on disk over a restart too") {
  const temporary_folder folder;
  const std::string where = GENERATE(true, false) ? folder.path() : "";
  std::string text;
  {
    dead_letters dead(where);
    add(dead, "a \"b\"", "too \"long\"\n");
    add(dead, std::string(5000, 'x'), "no");
    dead.sync();
    text = all(dead);
    CHECK(dead.count() == 2);
    CHECK(text.starts_with(
        R"({"reason":"too \"long\"\n","refused_at":"2016-12-06T22:14:21.448000000Z","record":)"
        R"({"cursor":"00c0ffee00c0ffee-7",)"));
    CHECK(text.find(R"("app":"shop","proc":"web","host":"h1","text":"a \"b\""}})") != text.npos);
  }
  if (where.empty()) return;
  dead_letters again(where);
  CHECK(again.count() == 2);
  CHECK(all(again) == text);
}

TEST_CASE("what was read can be forgotten, what came meanwhile stays") {
  const temporary_folder folder;
  dead_letters dead(GENERATE(true, false) ? folder.path() : "");
  add(dead, "one", "no");
  add(dead, "two", "no");
  dead.sync();
  std::uint64_t at = 0;
  const auto first = dead.read(at, 1);
  CHECK(first->find("one") != first->npos);
  add(dead, "three", "no");
  REQUIRE_FALSE(dead.forget(at));
  CHECK(dead.count() == 2);
  add(dead, "four", "no");
  dead.sync();
  const std::string left = all(dead);
  CHECK(left.find("one") == left.npos);
  CHECK(left.find("two") < left.find("three"));
  CHECK(left.find("three") < left.find("four"));
}

TEST_CASE("a line that a crash cut off is written over") {
  const temporary_folder folder;
  {
    dead_letters dead(folder.path());
    add(dead, "one", "no");
    dead.sync();
  }
  std::ofstream(folder.file("dead.ndjson"), std::ios::app) << R"({"reason":"half)";
  dead_letters dead(folder.path());
  CHECK(dead.count() == 1);
  add(dead, "two", "no");
  dead.sync();
  const std::string text = all(dead);
  CHECK(text.find("half") == text.npos);
  CHECK(text.find("two") != text.npos);
}

TEST_CASE("in memory there is a limit, and what does not fit is counted") {
  dead_letters dead("");
  const std::string text(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 12; ++i) add(dead, text, "no");
  CHECK(dead.count() + dead.lost() == 12);
  CHECK(dead.lost() > 0);
  const std::uint64_t lost = dead.lost(), kept = dead.count();
  add(dead, text, "no", true);  // one that is sent again now
  CHECK(dead.lost() == lost);
  CHECK(dead.count() == kept + 1);
}

}  // namespace
}  // namespace logio::sink
