#include "logio/base/log.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace logio::base {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t time_ns = 1'481'062'461'448'900'001;

std::string text_line(const log_source& source, std::string_view message) {
  return render_log_line(log_format::text, log_level::warn, source, message, time_ns);
}
std::string json_line(const log_source& source, std::string_view message) {
  return render_log_line(log_format::json, log_level::warn, source, message, time_ns);
}

/// Catches what is written to stderr while it lives; puts the log's options back at its end.
class captured_stderr {
 public:
  captured_stderr() : before_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) == 0);
    REQUIRE(::dup2(pipe_[1], STDERR_FILENO) == STDERR_FILENO);
  }
  ~captured_stderr() {
    ::dup2(before_, STDERR_FILENO);
    for (const int fd : {before_, pipe_[0], pipe_[1]}) ::close(fd);
    configure_log({});
  }

  std::string take() {
    char buffer[16384];
    const ssize_t n = ::read(pipe_[0], buffer, sizeof buffer);
    return {buffer, n > 0 ? static_cast<std::size_t>(n) : 0};
  }

 private:
  int before_;
  int pipe_[2] = {-1, -1};
};

TEST_CASE("a text line is time, level, component, peer and message") {
  CHECK(text_line({"serve", "10.0.0.7:52114"}, "closed: nothing acknowledged for 15 m") ==
        "2016-12-06T22:14:21.448Z warn serve 10.0.0.7:52114: "
        "closed: nothing acknowledged for 15 m\n");
  CHECK(text_line({"hub"}, "full") == "2016-12-06T22:14:21.448Z warn hub: full\n");
}

TEST_CASE("a JSON line has the same members, the peer only if there is one") {
  CHECK(json_line({"serve", "[::1]:52114"}, "it said \"no\"") ==
        R"({"time":"2016-12-06T22:14:21.448900001Z","level":"warn","component":"serve",)"
        R"("peer":"[::1]:52114","message":"it said \"no\""})"
        "\n");
  CHECK(json_line({"hub"}, "full") ==
        R"({"time":"2016-12-06T22:14:21.448900001Z","level":"warn","component":"hub",)"
        R"("message":"full"})"
        "\n");
}

TEST_CASE("each level has its name, which can be read again") {
  for (const auto level : {log_level::error, log_level::warn, log_level::info, log_level::debug}) {
    const std::string line = render_log_line(log_format::text, level, {"c"}, "m", 0);
    constexpr std::string_view time = "1970-01-01T00:00:00.000Z ";
    REQUIRE(line.starts_with(time));
    const std::string_view rest = std::string_view(line).substr(time.size());
    CHECK(parse_log_level(rest.substr(0, rest.find(' '))) == level);
  }
  CHECK_FALSE(parse_log_level("warning"));
  CHECK_FALSE(parse_log_level("WARN"));
  CHECK_FALSE(parse_log_level(""));
  CHECK(parse_log_format("text") == log_format::text);
  CHECK(parse_log_format("json") == log_format::json);
  CHECK_FALSE(parse_log_format("xml"));
}

TEST_CASE("times before 1970 are shown too") {
  CHECK(render_log_line(log_format::text, log_level::info, {"c"}, "m", -1) ==
        "1969-12-31T23:59:59.999Z info c: m\n");
}

TEST_CASE("nobody forges a line: control characters of message and peer are shown") {
  CHECK(text_line({"net", "a\nb"}, "x\r\n2016 error hub: forged\x1b[2J\x7f\0"sv) ==
        "2016-12-06T22:14:21.448Z warn net a\\x0ab: "
        "x\\x0d\\x0a2016 error hub: forged\\x1b[2J\\x7f\\x00\n");
  const std::string json = json_line({"net", "a\nb"}, "x\ny\xff");
  CHECK(json.find('\n') == json.size() - 1);
  CHECK(json.find("\"x\\ny\xef\xbf\xbd\"") != std::string::npos);
}

TEST_CASE("a message is cut at 4096 bytes") {
  const std::string kept(4096, 'x');
  CHECK(text_line({"c"}, kept + "y") == text_line({"c"}, kept));
  CHECK(json_line({"c"}, kept + "y") == json_line({"c"}, kept));
  CHECK(text_line({"c"}, kept).size() > 4096);
}

TEST_CASE("log() writes whole lines of the levels that are asked for, in the form asked for") {
  captured_stderr captured;
  configure_log({log_level::warn, log_format::text});
  CHECK(log_enabled(log_level::error));
  CHECK(log_enabled(log_level::warn));
  CHECK_FALSE(log_enabled(log_level::info));
  log(log_level::info, {"c"}, "not shown");
  CHECK(captured.take().empty());
  log(log_level::warn, {"c", "peer"}, "{} of {}", 1, "two");
  CHECK(captured.take().ends_with("Z warn c peer: 1 of two\n"));
  configure_log({log_level::debug, log_format::json});
  log(log_level::debug, {"c"}, "now {}", "shown");
  CHECK(captured.take().ends_with(R"("level":"debug","component":"c","message":"now shown"})"
                                  "\n"));
}

}  // namespace
}  // namespace logio::base
