#include "logio/config/top_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

complete_options<top_options> read_top(const words& arguments, const environment& env = {}) {
  top_flags flags;
  if (auto error = parse(top_command(flags), arguments, env)) return *error;
  return complete(flags, env);
}

TEST_CASE("top takes its flags") {
  const top_options o = taken(read_top({"-a", "shop", "-pweb", "--host", "h", "-d", "2s", "--view",
                                        "sinks", "--sort", "lag", "-n", "5", "--once", "--color",
                                        "never", "--hub", "http://hub:1"}));
  CHECK(o.hub == hub_url{{"hub", 1}});
  CHECK(o.app == words{"shop"});
  CHECK(o.proc == words{"web"});
  CHECK(o.host == words{"h"});
  CHECK(o.interval == std::chrono::seconds(2));
  CHECK(o.part == top_part::sinks);
  CHECK(o.sort == "lag");
  CHECK(o.lines == 5);
  CHECK(o.once);
  CHECK(!o.json);
  CHECK(!o.color);
}

TEST_CASE("json is printed once") {
  const top_options o = taken(read_top({"-o", "json"}));
  CHECK(o.json);
  CHECK(o.once);
}

TEST_CASE("what top does not take is told") {
  for (const words& bad : {words{"-d", "100ms"}, words{"--view", "all"}, words{"-o", "xml"},
                           words{"-n", "0"}, words{"-g", "x"}}) {
    const auto read = read_top(bad);
    REQUIRE(read.has_error());
    CHECK(read.error().exit_code == base::exit_usage);
    CHECK(read.error().message.find(bad[0].substr(1, 1)) != std::string::npos);
  }
}

TEST_CASE("the locale says whether the terminal's text is UTF-8") {
  CHECK(taken(read_top({}, variables({{"LANG", "en_US.UTF-8"}}))).utf8);
  CHECK(!taken(read_top({}, variables({{"LANG", "C.UTF-8"}, {"LC_ALL", "C"}}))).utf8);
  CHECK(!taken(read_top({})).utf8);
}

}  // namespace
}  // namespace logio::config
