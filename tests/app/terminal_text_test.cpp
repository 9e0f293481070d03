#include "app/terminal_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

namespace logio::app {
namespace {

using namespace std::string_view_literals;

TEST_CASE("lines and their TABs pass, other control characters are shown") {
  CHECK(visible("one\n\ttwo \xc3\xa9\n") == "one\n\ttwo \xc3\xa9\n");
  CHECK(visible("\x1b[31mred\r\x07\x7f\0"sv) == "\\x1b[31mred\\x0d\\x07\\x7f\\x00");
  CHECK(visible("").empty());
}

TEST_CASE("what else a terminal may obey, or is deceived by, is shown as well") {
  CHECK(visible("\xc2\x9b" "31m") == "\\xc2\\x9b31m");          // U+009B, CSI
  CHECK(visible("\x9b" "31m\xff") == "\\x9b31m\\xff");          // the same as a byte
  CHECK(visible("\xe2\x80\xae" "abc") == "\\u{202e}abc");     // right to left
  CHECK(visible("\xe2\x81\xa6x\xd8\x9c") == "\\u{2066}x\\u{61c}");
  CHECK(visible("\xc2\xa0\xe2\x82\xac\xf0\x9f\x98\x80") ==
        "\xc2\xa0\xe2\x82\xac\xf0\x9f\x98\x80");
}

}  // namespace
}  // namespace logio::app
