#include "logio/config/environment.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "config/support.hpp"

namespace logio::config {
namespace {

TEST_CASE("a variable is set, or it is not, and empty counts as not set") {
  const environment env = variables({{"LOGIO_HUB", "http://hub"}, {"LOGIO_URL", ""}});
  CHECK(env.get("LOGIO_HUB") == "http://hub");
  CHECK_FALSE(env.get("LOGIO_URL"));
  CHECK_FALSE(env.get("LOGIO_GRACE"));
  CHECK_FALSE(environment().get("LOGIO_HUB"));
}

TEST_CASE("the process's own variables are copied with everything behind the first =") {
  REQUIRE(::setenv("LOGIO_TEST_VARIABLE", "a=b c", 1) == 0);
  const environment env = environment::of_process();
  REQUIRE(::unsetenv("LOGIO_TEST_VARIABLE") == 0);
  CHECK(env.get("LOGIO_TEST_VARIABLE") == "a=b c");
  CHECK_FALSE(environment::of_process().get("LOGIO_TEST_VARIABLE"));
}

}  // namespace
}  // namespace logio::config
