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

}  // namespace
}  // namespace logio::app
