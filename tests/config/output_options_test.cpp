#include "logio/config/output_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

command table_for(output_options& o) {
  command c;
  c.name = "show";
  c.flags = output_flags(o);
  return c;
}

output_options read_output(const words& arguments) {
  output_options o;
  const auto error = parse(table_for(o), arguments, {});
  INFO((error ? error->message : ""));
  REQUIRE_FALSE(error);
  return o;
}

TEST_CASE("how records are shown is plain text in UTC unless flags say otherwise") {
  const output_options usual = read_output({});
  CHECK(usual.format == output_options::form::text);
  CHECK(usual.color == color_mode::automatic);
  CHECK(usual.time == time_form::full);
  CHECK_FALSE(usual.local_time);
  const output_options other = read_output({"-o", "raw", "-Hx", "-H", "y", "--local", "--raw",
                                            "--color=never", "-T{text}", "--timestamps=none"});
  CHECK(other.format == output_options::form::raw);
  CHECK(other.highlight == words{"x", "y"});
  CHECK(other.local_time);
  CHECK(other.raw);
  CHECK(other.color == color_mode::never);
  CHECK(other.line_template == "{text}");
  CHECK(other.time == time_form::none);
  CHECK_FALSE(read_output({"--local", "--utc"}).local_time);
}

TEST_CASE("the words of other programs mean the same") {
  CHECK(read_output({"-o", "json"}).format == output_options::form::ndjson);
  CHECK(read_output({"-o", "default"}).format == output_options::form::text);
  CHECK(read_output({"-t"}).time == time_form::full);
  CHECK(read_output({"-t=short"}).time == time_form::brief);
  CHECK(read_output({"--timestamps"}).time == time_form::full);
  CHECK(read_output({"--force-colors"}).color == color_mode::always);
}

TEST_CASE("a word that is none of a flag's is refused with those that are") {
  output_options o;
  const auto error = parse(table_for(o), words{"-o", "xml"}, {});
  REQUIRE(error);
  CHECK(error->message == "logio show: -o: 'xml' is none of text|ndjson|raw");
}

}  // namespace
}  // namespace logio::config
