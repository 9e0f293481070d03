#include "app/record_printer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "logio/record/batch_builder.hpp"
#include "logio/record/time.hpp"

namespace logio::app {
namespace {

using config::output_options;

const record::topic printed_topic{"shop", "web", "h1"};

/// What is written to standard output meanwhile.
std::string printed(record_printer& printer) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int kept = ::dup(STDOUT_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  const bool read = printer.flush();
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  ::close(ends[1]);
  std::string out(65536, ' ');
  const ssize_t n = ::read(ends[0], out.data(), out.size());
  ::close(ends[0]);
  CHECK(read);
  out.resize(static_cast<std::size_t>(n));
  return out;
}

std::string shown(const output_options& how, std::string_view text,
                  record::severity_number severity = 0, bool is_terminal = false,
                  bool colors = false, const std::vector<std::string>& marks = {}) {
  auto printer = record_printer::make(how, marks, is_terminal, colors);
  REQUIRE(printer.has_value());
  record::batch_builder batch(4096);
  record::head head;
  head.time_ns = *record::parse_rfc3339("2016-12-06T22:14:21.448123Z");
  head.severity = severity;
  batch.append(head, text);
  printer->add({record::view(batch.data()), printed_topic, head.time_ns + 1, 0xab, 7});
  return printed(*printer);
}

TEST_CASE("a record is shown as the hub shows it, or in another form") {
  output_options how;
  CHECK(shown(how, "hello\nyou") == "2016-12-06T22:14:21.448 shop[web] h1: hello\n\tyou\n");
  how.time = config::time_form::brief;
  CHECK(shown(how, "hello") == "22:14:21.448 shop[web] h1: hello\n");
  how.time = config::time_form::none;
  CHECK(shown(how, "hello") == "shop[web] h1: hello\n");
  how.format = output_options::form::raw;
  CHECK(shown(how, "a\nb\x1b") == "a\nb\x1b\n");
  how.format = output_options::form::ndjson;
  CHECK(shown(how, "a") ==
        R"({"cursor":"00000000000000ab-7","time":"2016-12-06T22:14:21.448123000Z",)"
        R"("arrived":"2016-12-06T22:14:21.448123001Z","app":"shop","proc":"web","host":"h1",)"
        "\"text\":\"a\"}\n");
  how.line_template = "{app}/{severity}/{cursor}/{arrived}/{fields}{{";
  CHECK(shown(how, "a", 17) == "shop/17/00000000000000ab-7/2016-12-06T22:14:21.448123001Z/{\n");
}

TEST_CASE("local time has its offset") {
  ::setenv("TZ", "XYZ-5:30", 1);
  ::tzset();
  output_options how;
  how.local_time = true;
  CHECK(shown(how, "a") == "2016-12-07T03:44:21.448+05:30 shop[web] h1: a\n");
  how.time = config::time_form::brief;
  CHECK(shown(how, "a") == "03:44:21.448 shop[web] h1: a\n");
  ::unsetenv("TZ");
  ::tzset();
}

TEST_CASE("a terminal is shown what it would obey, unless it is wanted raw") {
  output_options how;
  how.time = config::time_form::none;
  CHECK(shown(how, "\x1b[31mred\nx", 0, true) == "shop[web] h1: \\x1b[31mred\n\tx\n");
  how.raw = true;
  CHECK(shown(how, "\x1b[31mred", 0, true) == "shop[web] h1: \x1b[31mred\n");
}

TEST_CASE("colours are per topic, by severity, and for what stands out") {
  output_options how;
  how.time = config::time_form::none;
  const std::string plain = shown(how, "abc", 0, false, true);
  const std::string label = plain.substr(0, plain.find("shop"));
  CHECK(label.starts_with("\x1b["));
  CHECK(plain == label + "shop[web] h1: \x1b[0mabc\n");
  CHECK(shown(how, "abc", 17, false, true) ==
        label + "shop[web] h1: \x1b[0m\x1b[31mabc\x1b[0m\n");
  how.highlight = {"b"};
  CHECK(shown(how, "abc", 0, false, true) ==
        label + "shop[web] h1: \x1b[0ma\x1b[1;7mb\x1b[0mc\n");
  CHECK(shown(how, "abc", 0, false, true, {"c"}) ==
        label + "shop[web] h1: \x1b[0ma\x1b[1;7mbc\x1b[0m\n");
  CHECK(shown(how, "abc") == "shop[web] h1: abc\n");
}

TEST_CASE("a notice is a line, or an object among objects") {
  output_options how;
  auto text = record_printer::make(how, {}, false, false);
  REQUIRE(text.has_value());
  text->add_notice(0, "hub", "Error L10", "{}\n");
  CHECK(printed(*text) == "1970-01-01T00:00:00.000 logio[hub] hub: Error L10\n");
  how.format = output_options::form::ndjson;
  auto json = record_printer::make(how, {}, false, false);
  REQUIRE(json.has_value());
  json->add_notice(0, "hub", "Error L10", "{}\n");
  CHECK(printed(*json) == "{}\n");
}

TEST_CASE("what cannot be shown is said with its flag") {
  output_options how;
  how.highlight = {"a("};
  CHECK(record_printer::make(how, {}, false, false).error().starts_with(
      "--highlight: 'a(' is no pattern of RE2: missing )"));
  how.line_template = "{x}";
  CHECK(record_printer::make(how, {}, false, false).error().starts_with("--template: it has '{x'"));
}

}  // namespace
}  // namespace logio::app
