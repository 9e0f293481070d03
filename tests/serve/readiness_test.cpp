#include "logio/serve/readiness.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("the hub is ready while nothing speaks against it") {
  readiness ready;
  CHECK(ready.reasons().empty());
  ready.add_reason("draining");
  ready.add_reason("disk stalled");
  ready.add_reason("draining");
  CHECK(ready.reasons() == std::vector<std::string>{"draining", "disk stalled"});
  ready.remove_reason("draining");
  ready.remove_reason("draining");
  CHECK(ready.reasons() == std::vector<std::string>{"disk stalled"});
}

}  // namespace
}  // namespace logio::serve
