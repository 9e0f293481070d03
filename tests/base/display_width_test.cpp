#include "logio/base/display_width.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace logio::base;

namespace {

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const cell& c : display_cells(text)) columns += c.columns;
  return columns;
}

std::string shown(std::string_view text) {
  std::string all;
  for (const cell& c : display_cells(text)) all += c.shown;
  return all;
}

}  // namespace

TEST_CASE("text takes the columns that a terminal gives it") {
  CHECK(width("") == 0);
  CHECK(width("abc") == 3);
  CHECK(width("\xC3\xA9") == 1);                  // é, one character
  CHECK(width("e\xCC\x81") == 1);                 // e and a combining accent
  CHECK(width("\xE6\x97\xA5\xE6\x9C\xAC") == 4);  // 日本
  CHECK(width("\xF0\x9F\x98\x80") == 2);          // an emoji
  CHECK(width("\xEF\xBD\xB1") == 1);              // a half-width kana
  CHECK(width("\xFF\xFE") == 2);
}

TEST_CASE("what would move a cursor or turn the text is shown as a question mark") {
  CHECK(shown("a\x1B[31m") == "a?[31m");
  CHECK(shown("\r\n\t\x7F") == "????");
  CHECK(shown("\xC2\x9B") == "?");      // CSI as one C1 character
  CHECK(shown("\xE2\x80\xAE") == "?");  // right-to-left override
  CHECK(shown("a\xFF") == "a?");
  CHECK(shown("\xE6\x97\xA5") == "\xE6\x97\xA5");
}
