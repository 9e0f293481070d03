#include "app/lag_watch.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

namespace logio::app {
namespace {

const journal::retention keep{1000, std::chrono::seconds(100), 0};

TEST_CASE("a sink that falls behind is warned of once, by bytes or by age") {
  lag_watch watch;
  CHECK_FALSE(watch.look({0, 0, 0}, keep));
  CHECK_FALSE(watch.look({799, 0, 0}, keep));
  const auto said = watch.look({800, 0, 0}, keep);
  REQUIRE(said);
  CHECK(said->starts_with("it is 0.0 MiB and 0s behind, and the journal keeps 1000 and 100s: "));
  CHECK_FALSE(watch.look({950, 0, 0}, keep));
  CHECK_FALSE(watch.look({700, 0, 0}, keep));
  CHECK_FALSE(watch.look({900, 0, 0}, keep));  // it was not far from it meanwhile
  CHECK_FALSE(watch.look({100, 0, 0}, keep));
  CHECK(watch.look({100, 80'000'000'000, 0}, keep));
}

TEST_CASE("records that were deleted before they were delivered are told while it goes on") {
  lag_watch watch;
  const auto said = watch.look({900, 0, 7}, keep);
  REQUIRE(said);
  CHECK(said->find("7 so far") != said->npos);
  CHECK_FALSE(watch.look({900, 0, 9}, keep));
  CHECK(watch.look({900, 0, 9}, keep));  // near the end still, which was not said yet
  CHECK_FALSE(watch.look({900, 0, 9}, keep));
  CHECK(watch.look({900, 0, 12}, keep));
}

}  // namespace
}  // namespace logio::app
