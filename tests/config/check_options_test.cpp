#include "logio/config/check_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <variant>
#include <vector>

#include "logio/base/exit_code.hpp"
#include "logio/config/command_line.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

TEST_CASE("check takes one file, as serve does or bare") {
  const invocation as_serve = read_command_line({"check", "--config", "hub.toml"}, {}, "here");
  REQUIRE(std::holds_alternative<check_options>(as_serve));
  CHECK(std::get<check_options>(as_serve).path == "hub.toml");
  const invocation got = read_command_line({"check", "hub.toml"}, {}, "here");
  REQUIRE(std::holds_alternative<check_options>(got));
  CHECK(std::get<check_options>(got).path == "hub.toml");
  const std::vector<std::pair<words, std::string>> refused{
      {{"check"}, "logio check: which file? Give its name; see logio check --help"},
      {{"check", ""}, "logio check: which file? Give its name; see logio check --help"},
      {{"check", "a", "b"}, "logio check: unexpected argument 'b'; see logio check --help"},
      {{"check", "--ring-bytes"},
       "logio check: unknown flag --ring-bytes; see logio check --help"}};
  for (const auto& [arguments, message] : refused) {
    const invocation wrong = read_command_line(arguments, {}, "here");
    REQUIRE(std::holds_alternative<usage_error>(wrong));
    CHECK(std::get<usage_error>(wrong).exit_code == base::exit_usage);
    CHECK(std::get<usage_error>(wrong).message == message);
  }
}

}  // namespace
}  // namespace logio::config
