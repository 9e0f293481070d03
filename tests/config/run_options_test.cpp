#include "logio/config/run_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using run_words = std::vector<std::string>;

complete_options<run_options> read_run(const run_words& arguments, const environment& env = {}) {
  run_flags flags;
  if (auto error = parse(run_command(flags), arguments, env)) return *error;
  return complete(flags, env, "here");
}

TEST_CASE("run takes what follows its flags as another program's words") {
  const run_words command{"sh", "-a", "x", "--help", "--", "-T"};
  for (const run_words& before : {run_words{"-a", "shop"}, run_words{"-ashop", "--"},
                                  run_words{"--app", "shop", "--flush=1s", "--"}}) {
    run_words all = before;
    all.insert(all.end(), command.begin(), command.end());
    const run_options o = taken(read_run(all));
    CHECK(o.app == "shop");
    CHECK(o.command == command);
    run_flags flags;
    const std::size_t own = own_words(run_command(flags), all);
    CHECK(own == before.size() - (before.back() == "--" ? 1 : 0));
  }
}

TEST_CASE("run's process is the command's name, unless a flag or the URL says otherwise") {
  CHECK(taken(read_run({"-a", "shop", "/usr/sbin/nginx"})).proc == "nginx");
  CHECK(taken(read_run({"-a", "shop", "-p", "web", "nginx"})).proc == "web");
  const environment env = variables({{"LOGIO_URL", "logio://a?app=bank&proc=p"}});
  const run_options by_url = taken(read_run({"nginx"}, env));
  CHECK(by_url.app == "bank");
  CHECK(by_url.proc == "p");
  CHECK(by_url.hubs == std::vector<host_port>{{"a", 7701}});
}

TEST_CASE("run says what is missing or wrong, and where") {
  CHECK(read_run({"-a", "shop"}).error().message.starts_with("logio run: which command?"));
  CHECK(read_run({"-a", "shop", "--"}).error().exit_code == base::exit_usage);
  CHECK(read_run({"true"}).error().message.starts_with("logio run: which application is it?"));
  const auto by_flag = read_run({"--to", "http://x", "-a", "a", "true"});
  CHECK(by_flag.error().exit_code == base::exit_usage);
  CHECK(by_flag.error().message.starts_with("logio run: --to: 'http://x' is no URL"));
  const auto by_environment =
      read_run({"-a", "a", "true"}, variables({{"LOGIO_URL", "http://x"}}));
  CHECK(by_environment.error().exit_code == base::exit_configuration);
}

}  // namespace
}  // namespace logio::config
