#include "logio/sink/client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

namespace logio::sink {
namespace {

// What no client has said anything about must never count as delivered.
TEST_CASE("a fate that nobody has set is pending") {
  outcome out;
  out.fates.resize(2);
  CHECK(out.fates == std::vector<fate>{fate::pending, fate::pending});
  CHECK_FALSE(out.busy);
  CHECK(out.error.empty());
}

}  // namespace
}  // namespace logio::sink
