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

TEST_CASE("a first word that is a flag of marathon-logger means marathon") {
  for (const words& arguments :
       {words{"-m", "http://m"}, words{"-mhttp://m"}, words{"--marathon-url=http://m"},
        words{"--marathon-url", "http://m"}, words{"marathon", "-m", "http://m"},
        words{"-c", "http://me/events", "-m", "http://m"},
        words{"--callback-url=http://me/events", "-m", "http://m"},
        words{"-e", "in-memory://x", "-m", "http://m"}, words{"-ein-memory://x", "-mhttp://m"},
        words{"--event-store", "in-memory://x", "-m", "http://m"},
        words{"-p", "5000", "-m", "http://m"}, words{"-p5000", "-m", "http://m"},
        words{"--port=5000", "-m", "http://m"}, words{"-i", "0.0.0.0", "-m", "http://m"},
        words{"--ip", "0.0.0.0", "-m", "http://m"}}) {
    INFO(arguments[0]);
    const auto o = read_as<serve_options>(arguments);
    CHECK(o.command_name == "marathon");
    CHECK(o.marathon.shown_url == "http://m");
    CHECK(o.events_listen == "0.0.0.0:5000");
  }
  for (const words& arguments :
       {words{"--ring-bytes", "1MiB", "--marathon-url", "http://m"},
        words{"serve", "--marathon-url", "http://m"}}) {
    CHECK(read_as<serve_options>(arguments).command_name == "serve");
  }
  CHECK(refused({"--ring-bytes", "1MiB", "-m", "http://m"}) ==
        "logio serve: unknown flag -m; see logio serve --help");
}

TEST_CASE("marathon's errors have its name in front, but for an unknown store") {
  CHECK(refused({"marathon"}) == "logio marathon: argument -m/--marathon-url is required");
  CHECK(refused({"-p", "5000"}) == "logio marathon: argument -m/--marathon-url is required");
  CHECK(refused({"-m", "m1:8080"}) ==
        "logio marathon: -m: 'm1:8080' has no scheme: write http://HOST:PORT");
  CHECK(refused({"-m", "http://m", "--potr", "1"}) ==
        "logio marathon: unknown flag --potr; did you mean --port?");
  const auto unknown = read_as<usage_error>({"-m", "http://m", "-e", "redis://h"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.message == R"(Invalid event store type: "redis" (from "redis://h"))");
  const auto bad = read_as<usage_error>({"-m", "http://m", "-e", "syslog://h?facility=x"});
  CHECK(bad.exit_code == 1);
  CHECK(bad.message.starts_with("logio marathon: -e: 'syslog://h?facility=x' has a bad facility"));
  const auto apart = read_as<usage_error>({"serve", "--callback-url", "http://me/events"});
  CHECK(apart.exit_code == base::exit_configuration);
  CHECK(apart.message ==
        "logio serve: the callback URL 'http://me/events' is for Marathon, but it is not said "
        "where that is; give --marathon-url, LOGIO_MARATHON_URL or marathon_url");
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
  for (const std::string name : {"serve", "marathon", "tail", "pipe", "healthcheck"}) {
    INFO(name);
    CHECK(shown({name, "--help"}).find("usage: logio " + name) != std::string::npos);
    CHECK(shown({name, "--nonsense", "-h"}) == shown({name, "--help"}));
    CHECK(shown({"help", name}) == shown({name, "--help"}));
    CHECK(shown({"--help"}).find("\n  " + name) != std::string::npos);
  }
  CHECK(refused({"pipe", "--", "--help"}).find("unexpected argument") != std::string::npos);
}

TEST_CASE("a bad variable is an error of the configuration") {
  const invocation got = read({"serve"}, variables({{"LOGIO_RING_BYTES", "much"}}));
  REQUIRE(std::holds_alternative<usage_error>(got));
  CHECK(std::get<usage_error>(got).exit_code == base::exit_configuration);
}

TEST_CASE("the reference has a table for each command with flags") {
  const std::string text = shown({"reference"});
  for (const char* title : {"### logio serve", "### logio marathon", "### logio tail",
                            "### logio pipe", "### logio healthcheck"}) {
    CHECK(text.find(title) != std::string::npos);
  }
  const auto begin = text.find("### logio marathon"), end = text.find("### logio tail");
  const std::string marathon = text.substr(begin, end - begin);
  for (const char* row : {"| `-m, --marathon-url URL` |", "| `-c, --callback-url URL` |",
                          "| `-e, --event-store URL` | `in-memory://localhost/` |",
                          "| `-p, --port PORT` | `5000` |", "| `-i, --ip ADDRESS` | `0.0.0.0` |"}) {
    CHECK(marathon.find(row) != std::string::npos);
  }
  CHECK(marathon.find("ring-bytes") == std::string::npos);
  CHECK(marathon.ends_with("\nAnd all flags of `logio serve`.\n\n"));
}

TEST_CASE("the man page and the completions tell every command and flag") {
  const std::string manual = shown({"manual"});
  CHECK(manual.starts_with(".\\\" Written by logio itself"));
  CHECK(manual.find(".TH LOGIO 1 ") != std::string::npos);
  CHECK(manual.find("\\fB\\-a\\fR, \\fB\\-\\-app\\fR \\fIPATTERN\\fR") != std::string::npos);
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    INFO(shell);
    const std::string script = shown({"completion", shell});
    for (const std::string name : {"serve", "marathon", "tail", "pipe", "ship", "completion"}) {
      CHECK(script.find(name) != std::string::npos);
      CHECK(manual.find(".SS logio " + name) != std::string::npos);
    }
    for (const std::string flag : {"data-dir", "marathon-url", "highlight", "check"}) {
      CHECK(script.find(flag) != std::string::npos);
    }
    CHECK(script.find("force-colors") == std::string::npos);
  }
  CHECK(refused({"completion", "tcsh"}) ==
        "logio completion: for which shell? 'tcsh' is none of bash|zsh|fish");
  CHECK(refused({"completion"}) ==
        "logio completion: for which shell? '' is none of bash|zsh|fish");
  CHECK(shown({"completion", "--help"}).find("usage: logio completion") != std::string::npos);
}

}  // namespace
}  // namespace logio::config
