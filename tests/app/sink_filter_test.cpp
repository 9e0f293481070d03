#include "app/sink_filter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace logio::app {
namespace {

TEST_CASE("a sink's selection becomes the filter of a subscription") {
  sink::selection s;
  s.app = {"shop", "bank"};
  s.log = {"error"};
  s.exclude = {"health"};
  s.severity = "warn";
  const auto made = compile_selection(s, 4096);
  REQUIRE(made.has_value());
  CHECK(made->source().severity == 13);
  CHECK(made->app("bank"));
  CHECK_FALSE(made->app("bank2"));
  CHECK(made->matches_line("an error"));
  CHECK_FALSE(made->matches_line("an error of health"));
  CHECK_FALSE(compile_selection(s, 3).has_value());
  CHECK(compile_selection({}, 4096).has_value());
}

TEST_CASE("a bad pattern is told with its sink, and where that is configured") {
  std::vector<sink::sink_options> sinks(3);
  sinks[0].shown_url = "syslog://a";
  sinks[1].shown_url = "syslog://b";
  sinks[1].selection.log = {"x("};
  sinks[2].shown_url = "syslog://c";
  sinks[2].selection.proc = {"web|[a"};
  const std::vector<std::string> origins{"hub.toml:1", "hub.toml:4", "hub.toml:7"};
  const auto bad = bad_selections(sinks, origins, 4096);
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].starts_with("hub.toml:4: sink 'syslog://b' has a bad log: 'x(': missing )"));
  CHECK(bad[1].starts_with("hub.toml:7: sink 'syslog://c' has a bad proc: 'web|[a': missing ]"));
  CHECK(bad_selections(sinks, {}, 4096)[0].starts_with("sink 'syslog://b' has a bad log: "));
}

}  // namespace
}  // namespace logio::app
