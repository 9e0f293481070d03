#include "app/top_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <string>

using namespace logio::app;
using logio::config::top_part;

namespace {

std::string topic_json(const std::string& app, int records) {
  return R"({"app":")" + app + R"(","proc":"web","host":"h","records":)" +
         std::to_string(records) + R"(,"bytes":1,"refused":0,"records_per_second":)" +
         std::to_string(records) + R"(,"publishers":0})";
}

top_snapshot three_topics() {
  top_snapshot s;
  REQUIRE(!read_page(s, 1,
                     R"({"topics":[)" + topic_json("b", 1) + "," + topic_json("c", 30) + "," +
                         topic_json("\\u001b[2Ja\xe6\xbc\xa2\xe5\xad\x97-long-name-of-an-app", 2) +
                         "]}",
                     false));
  return s;
}

}  // namespace

TEST_CASE("numbers are short") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(0.25) == "0.2");
  CHECK(short_number(999) == "999");
  CHECK(short_number(999.7) == "1.00k");
  CHECK(short_number(12'345) == "12.3k");
  CHECK(short_number(1'234'567) == "1.23M");
  CHECK(short_number(1e30).size() < 32);
  CHECK(short_number(std::numeric_limits<double>::quiet_NaN()) == "-");
  CHECK(short_bytes(1536) == "1.50 KiB");
  CHECK(short_bytes(64 << 20) == "64.0 MiB");
  CHECK(short_time(0.25) == "0.2s");
  CHECK(short_time(200) == "3m20s");
  CHECK(short_time(4 * 86400 + 3 * 3600) == "4d3h");
}

TEST_CASE("a text is cut to columns and harmless") {
  CHECK(cut_text("abc", 3, true) == "abc");
  CHECK(cut_text("abcd", 3, true) == "ab…");
  CHECK(cut_text("abcd", 3, false) == "ab~");
  CHECK(cut_text("abcd", 0, true).empty());
  CHECK(cut_text("\x1b[2J", 40, true) == "\\x1b[2J");
  CHECK(cut_text("a\nb", 3, true) == "a b");
  CHECK(cut_text("\xc3\xa4x", 3, false) == "?x");
  for (std::size_t width = 0; width < 12; ++width) {
    CHECK(width_of(cut_text("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97x", width, true)) <=
          width);
  }
}

TEST_CASE("rows are sorted and chosen") {
  const top_snapshot s = three_topics();
  top_look look;
  look.sort = usual_sort(top_part::topics);
  CHECK(choose_rows(s, look).front()->text(0) == "c");
  look.reversed = true;
  CHECK(choose_rows(s, look).front()->text(0) == "b");
  look.sort = find_sort(top_part::topics, "app");
  CHECK(choose_rows(s, look).front()->text(0) == "c");
  look.wanted = [](std::string_view text) { return text == "b"; };
  CHECK(choose_rows(s, look).size() == 1);
  CHECK(find_sort(top_part::topics, "nothing") == columns_of(top_part::topics).size());
}

TEST_CASE("no line is wider than the screen, and the first column stays") {
  const top_snapshot s = three_topics();
  top_look look;
  look.sort = usual_sort(top_part::topics);
  const auto rows = choose_rows(s, look);
  for (std::size_t width = 1; width < 200; ++width) {
    CAPTURE(width);
    const auto lines = draw_table(rows, look, width);
    REQUIRE(lines.size() == 4);
    for (const std::string& line : lines) CHECK(width_of(line) <= width);
    CHECK(lines[1].starts_with('c'));
  }
  const auto lines = draw_table(rows, look, 40);
  CHECK(lines[0].find("REC/S*") != std::string::npos);
  look.color = true;
  CHECK(draw_table(rows, look, 40)[0].starts_with("\x1b[1m"));
}
