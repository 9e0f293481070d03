#include "logio/config/command_line.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

invocation read(const words& arguments, const environment& env = {}) {
  return read_command_line(arguments, env, "here");
}

template <class T>
T read_as(const words& arguments) {
  const invocation got = read(arguments);
  if (const auto* error = std::get_if<usage_error>(&got)) UNSCOPED_INFO(error->message);
  REQUIRE(std::holds_alternative<T>(got));
  return std::get<T>(got);
}

std::string shown(const words& arguments) { return read_as<shown_text>(arguments).text; }

std::string refused(const words& arguments) {
  const auto error = read_as<usage_error>(arguments);
  CHECK(error.exit_code == base::exit_usage);
  CHECK(error.message.find('\n') == std::string::npos);
  return error.message;
}

TEST_CASE("the first word is the command") {
  CHECK(read_as<serve_options>({"serve", "--ring-bytes", "1MiB"}).ring_bytes == 1u << 20);
  CHECK(read_as<tail_options>({"tail", "-a", "shop"}).app == words{"shop"});
  CHECK(read_as<pipe_options>({"pipe", "-a", "shop"}).host == "here");
  CHECK(read_as<healthcheck_options>({"healthcheck"}).hub.port == 7702);
}

TEST_CASE("flags without a command are serve's") {
  CHECK(read_as<serve_options>({"--ring-bytes", "1MiB"}).ring_bytes == 1u << 20);
  CHECK(refused({"--ring"}) == "logio serve: unknown flag --ring; did you mean --ring-bytes?");
}

TEST_CASE("marathon's flags are marathon's, not serve's") {
  for (const words& arguments : {words{"-m", "http://m"}, words{"-mhttp://m"}, words{"-c", "x"},
                                 words{"--marathon-url=http://m"}, words{"marathon"}}) {
    CHECK(refused(arguments).find("marathon") != std::string::npos);
  }
}

TEST_CASE("no command, or an unknown one, is told what there is") {
  CHECK(refused({}).find("logio --help") != std::string::npos);
  CHECK(refused({"sevre"}) == "logio: unknown command 'sevre'; did you mean serve?");
  CHECK(refused({"xyzzy"}) == "logio: unknown command 'xyzzy'; see logio --help");
}

TEST_CASE("version and help are shown, wherever help stands") {
  CHECK(shown({"version"}).starts_with("logio "));
  CHECK(shown({"--version"}) == shown({"version"}));
  CHECK(shown({"-V"}) == shown({"version"}));
  CHECK(shown({"--help"}).starts_with("logio: a log plexer."));
  CHECK(shown({"help"}) == shown({"--help"}));
  for (const std::string name : {"serve", "tail", "pipe", "healthcheck"}) {
    INFO(name);
    CHECK(shown({name, "--help"}).find("usage: logio " + name) != std::string::npos);
    CHECK(shown({name, "--nonsense", "-h"}) == shown({name, "--help"}));
    CHECK(shown({"help", name}) == shown({name, "--help"}));
    CHECK(shown({"--help"}).find("\n  " + name) != std::string::npos);
  }
  CHECK(refused({"tail", "--", "--help"}).find("unexpected argument") != std::string::npos);
}

TEST_CASE("a bad variable is an error of the configuration") {
  const invocation got = read({"serve"}, variables({{"LOGIO_RING_BYTES", "much"}}));
  REQUIRE(std::holds_alternative<usage_error>(got));
  CHECK(std::get<usage_error>(got).exit_code == base::exit_configuration);
}

TEST_CASE("the reference has a table for each command with flags") {
  const std::string text = shown({"reference"});
  for (const char* title : {"### logio serve", "### logio tail", "### logio pipe",
                            "### logio healthcheck"}) {
    CHECK(text.find(title) != std::string::npos);
  }
}

}  // namespace
}  // namespace logio::config
