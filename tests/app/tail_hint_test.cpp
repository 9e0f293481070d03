#include "app/tail_hint.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::app {
namespace {

using names = std::vector<std::string>;

TEST_CASE("the nearest names are those that a slip of the finger or a part makes") {
  const names known{"shop", "shop-api", "billing", "web", "ship"};
  CHECK(nearest_names("shpo", known) == names{"ship", "shop"});
  CHECK(nearest_names("bill", known) == names{"billing"});
  CHECK(nearest_names("sho.*", known) == names{"shop", "shop-api", "ship"});
  CHECK(nearest_names("kubernetes", known).empty());
  CHECK(nearest_names("", known).empty());
  CHECK(nearest_names("shop", {}).empty());
}

}  // namespace
}  // namespace logio::app
