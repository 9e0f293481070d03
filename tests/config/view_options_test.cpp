#include "logio/config/view_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

std::optional<usage_error> read_view(view_options& to, const words& arguments) {
  return parse(view_command(to), arguments, {});
}

TEST_CASE("view takes one directory, anywhere among its flags, and the current one without") {
  view_options o;
  CHECK_FALSE(read_view(o, {}));
  CHECK(o.path == ".");
  CHECK_FALSE(o.check);
  CHECK_FALSE(read_view(o, {"-a", "shop", "/data", "-s", "2h", "-o", "ndjson", "--check",
                               "-n", "5", "-S", "warn", "-H", "x"}));
  CHECK(o.path == "/data");
  CHECK(o.app == words{"shop"});
  CHECK(o.since == "2h");
  CHECK(o.output.format == output_options::form::ndjson);
  CHECK(o.output.highlight == words{"x"});
  CHECK(o.lines == 5);
  CHECK(o.severity == "warn");
  CHECK(o.check);
  view_options dashed;
  CHECK_FALSE(read_view(dashed, {"--", "-odd-"}));
  CHECK(dashed.path == "-odd-");
}

TEST_CASE("a second directory or an unknown form is refused") {
  view_options o;
  const auto two = read_view(o, {"a", "b"});
  REQUIRE(two);
  CHECK(two->exit_code == base::exit_usage);
  CHECK(two->message.find("'b'") != std::string::npos);
  view_options other;
  const auto form = read_view(other, {"-o", "xml"});
  REQUIRE(form);
  CHECK(form->message.find("text|ndjson|raw") != std::string::npos);
}

}  // namespace
}  // namespace logio::config
