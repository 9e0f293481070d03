#include "app/top_screen.hpp"

#include <catch2/catch_test_macros.hpp>

using logio::app::top_screen;

TEST_CASE("only lines that differ are written") {
  top_screen screen;
  CHECK(screen.update({"a", "b", ""}) == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[2Ka\x1b[2;1H\x1b[2Kb");
  CHECK(screen.update({"a", "b", ""}).empty());
  CHECK(screen.update({"a", "", "c"}) == "\x1b[2;1H\x1b[2K\x1b[3;1H\x1b[2Kc");
  screen.forget();
  CHECK(screen.update({"a", "", "c"}) == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[2Ka\x1b[3;1H\x1b[2Kc");
  CHECK(screen.update({"a"}) == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[2Ka");
}
