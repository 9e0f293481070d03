#include "logio/config/tail_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

complete_options<tail_options> read_tail(const words& arguments, const environment& env = {}) {
  tail_flags flags;
  if (auto error = parse(tail_command(flags), arguments, env)) return *error;
  return complete(flags, env);
}

std::string refused(const words& arguments) {
  const auto read = read_tail(arguments);
  REQUIRE(read.has_error());
  CHECK(read.error().exit_code == base::exit_usage);
  return read.error().message;
}

TEST_CASE("tail keeps its patterns in order, each by its flag, and apps without one") {
  const tail_options o = taken(
      read_tail({"-a", "shop", "bank", "-pweb|worker", "--host", "h", "-g", "ERROR", "-g", "-x",
                 "-v", "health", "--hub", "http://hub:1", "-S", "warn", "--match", "partial"}));
  CHECK(o.hub == hub_url{{"hub", 1}});
  CHECK(o.app == words{"shop", "bank"});
  CHECK(o.proc == words{"web|worker"});
  CHECK(o.host == words{"h"});
  CHECK(o.grep == words{"ERROR", "-x"});
  CHECK(o.exclude == words{"health"});
  CHECK(o.severity == "warn");
  CHECK(o.match_partial);
}

TEST_CASE("tail shows the last hundred and follows unless it is told otherwise") {
  const tail_options usual = taken(read_tail({}));
  CHECK(usual.lines == 100);
  CHECK(usual.follow);
  CHECK(taken(read_tail({"-n", "7"})).lines == 7);
  CHECK(taken(read_tail({"-n0"})).lines == 0);
  const tail_options all = taken(read_tail({"-n", "all"}));
  CHECK_FALSE(all.lines);
  CHECK(all.since == "1970-01-01T00:00:00Z");
  CHECK_FALSE(taken(read_tail({"--since", "10m"})).lines);
  CHECK(taken(read_tail({"--since", "10m", "-n", "5"})).lines == 5);
  CHECK_FALSE(taken(read_tail({"--until", "1m"})).follow);
  CHECK(taken(read_tail({"--until", "1m", "-f"})).follow);
  CHECK_FALSE(taken(read_tail({"--no-follow"})).follow);
}

TEST_CASE("what users of heroku, kubectl and stern type is understood") {
  const tail_options heroku =
      taken(read_tail({"--tail", "--num", "20", "--dyno", "web", "-a", "shop", "--force-colors"}));
  CHECK(heroku.lines == 20);
  CHECK(heroku.proc == words{"web"});
  CHECK(heroku.color);
  const tail_options kubectl = taken(read_tail({"-f", "shop", "-c", "web", "--tail=20",
                                                "--since=10m", "--timestamps", "--prefix"}));
  CHECK(kubectl.lines == 20);
  CHECK(kubectl.app == words{"shop"});
  CHECK(kubectl.since == "10m");
  const tail_options stern = taken(read_tail({"shop", "-e", "health", "-i", "ERROR", "--tail", "20",
                                              "-s", "48h", "-t", "-o", "raw", "-H", "x",
                                              "--no-follow", "--only-log-lines"}));
  CHECK(stern.lines == 20);
  CHECK(stern.exclude == words{"health"});
  CHECK(stern.grep == words{"ERROR"});
  CHECK(stern.output.highlight == words{"x"});
  CHECK_FALSE(taken(read_tail({"--tail=-1"})).lines);
}

TEST_CASE("NO_COLOR counts unless colours are asked for") {
  const environment env = variables({{"NO_COLOR", "1"}});
  CHECK(taken(read_tail({})).color);
  CHECK_FALSE(taken(read_tail({}, env)).color);
  CHECK(taken(read_tail({"--color", "always"}, env)).color);
  CHECK_FALSE(taken(read_tail({"--color", "never"})).color);
}

TEST_CASE("what does not go together is refused") {
  CHECK(refused({"-f", "--no-follow"}) ==
        "logio tail: --follow and --no-follow exclude each other");
  CHECK(refused({"-n", "5", "--tail=-1"}) == "logio tail: --lines is given twice");
  CHECK(refused({"-n", "x"}).starts_with("logio tail: -n: 'x' is no"));
  CHECK(refused({"-n", "x"}).ends_with(", or all"));
  CHECK(refused({"--match", "half"}) == "logio tail: --match: 'half' is none of whole|partial");
}

}  // namespace
}  // namespace logio::config
