#include "logio/config/client_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

complete_options<pipe_options> read_pipe(const words& arguments, const environment& env = {}) {
  pipe_flags flags;
  if (auto error = parse(pipe_command(flags), arguments, env)) return *error;
  return complete(flags, env, "here");
}

TEST_CASE("pipe takes its topic from flags, then the URL, then its defaults") {
  const pipe_options plain = taken(read_pipe({"-a", "shop"}));
  CHECK(plain.hubs == std::vector<host_port>{{"127.0.0.1", 7701}});
  CHECK(plain.app == "shop");
  CHECK(plain.proc == "pipe");
  CHECK(plain.host == "here");

  const environment env = variables({{"LOGIO_URL", "logio://a,b:2?app=bank&proc=&host=vm"}});
  const pipe_options by_url = taken(read_pipe({}, env));
  CHECK(by_url.hubs == std::vector<host_port>{{"a", 7701}, {"b", 2}});
  CHECK(by_url.app == "bank");
  CHECK(by_url.proc.empty());
  CHECK(by_url.host == "vm");

  const pipe_options by_flag =
      taken(read_pipe({"--to", "logio://c?app=x", "-p", "web", "--host="}, env));
  CHECK(by_flag.hubs == std::vector<host_port>{{"c", 7701}});
  CHECK(by_flag.app == "x");
  CHECK(by_flag.proc == "web");
  CHECK(by_flag.host.empty());
}

TEST_CASE("pipe says which flag or variable is wrong, and asks for an application") {
  const usage_error nameless = read_pipe({}).error();
  CHECK(nameless.exit_code == base::exit_usage);
  CHECK(nameless.message ==
        "logio pipe: which application is it? Give -a NAME, or app= in the URL");
  const usage_error flag = read_pipe({"-a", "x", "--to", "hub"}).error();
  CHECK(flag.exit_code == base::exit_usage);
  CHECK(flag.message ==
        "logio pipe: --to: 'hub' is no URL of a hub: write logio://HOST:7701?app=NAME");
  const usage_error variable =
      read_pipe({"-a", "x"}, variables({{"LOGIO_URL", "logio://h:x"}})).error();
  CHECK(variable.exit_code == base::exit_configuration);
  CHECK(variable.message == "logio pipe: LOGIO_URL: 'logio://h:***' has a bad port 'x'");
}

TEST_CASE("healthcheck may look at marathon-logger's port when nobody says where the hub is") {
  const auto otherwise = [](const healthcheck_flags& flags, const environment& env) {
    auto out = complete(flags, env);
    REQUIRE(out.has_value());
    return out->otherwise;
  };
  healthcheck_flags none, told;
  told.hub = "http://127.0.0.1:7702";
  CHECK(otherwise(none, {}) == host_port{"127.0.0.1", 5000});
  CHECK_FALSE(otherwise(told, {}));
  CHECK_FALSE(otherwise(none, variables({{"LOGIO_HUB", "http://127.0.0.1:7702"}})));
  CHECK_FALSE(otherwise(none, variables({{"LOGIO_URL", "logio://127.0.0.1"}})));
}

TEST_CASE("healthcheck asks the hub it is told") {
  healthcheck_flags flags;
  CHECK(taken(complete(flags, {})).hub == host_port{"127.0.0.1", 7702});
  flags.hub = "http://hub:1";
  CHECK(taken(complete(flags, {})).hub == host_port{"hub", 1});
  flags.hub = "hub";
  CHECK(complete(flags, {}).error().message ==
        "logio healthcheck: --hub: 'hub' is no URL of a hub: write http://HOST:7702");
}

}  // namespace
}  // namespace logio::config
