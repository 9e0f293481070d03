#include "logio/serve/request_error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace logio::serve;

namespace {

request_error sample() {
  request_error e;
  e.code = request_fault::bad_pattern;
  e.parameter = "proc";
  e.message = "missing )";
  e.offset = 3;
  e.pattern = "web(";
  e.hint = "close the group with )";
  return e;
}

/// The column of the caret, and the line above it.
std::pair<std::size_t, std::string> caret(const request_error& e) {
  const std::string text = render_text(e);
  const std::size_t first = text.find('\n') + 1;
  const std::size_t second = text.find('\n', first) + 1;
  const std::string line = text.substr(second, text.find('\n', second) - second);
  CHECK(line.find('^') == line.size() - 1);
  return {line.size() - 1, text.substr(first, second - 1 - first)};
}

}  // namespace

TEST_CASE("an error in text names parameter, matter and place, points at it and helps") {
  CHECK(render_text(sample()) ==
        "error: proc: missing ) at offset 3\n"
        "  web(\n"
        "     ^\n"
        "close the group with )\n");
}

TEST_CASE("an error in JSON has the same parts, and leaves out what is empty") {
  request_error e = sample();
  CHECK(render_json(e) ==
        "{\"error\":{\"code\":\"bad_pattern\",\"message\":\"missing )\",\"parameter\":\"proc\","
        "\"offset\":3,\"hint\":\"close the group with )\"}}\n");
  e = {};
  e.code = request_fault::not_found;
  e.message = "no such \"path\"";
  CHECK(render_json(e) ==
        "{\"error\":{\"code\":\"not_found\",\"message\":\"no such \\\"path\\\"\"}}\n");
  CHECK(render_text(e) == "error: no such \"path\"\n");
}

TEST_CASE("a value without a place is shown without a caret") {
  request_error e = sample();
  e.offset.reset();
  CHECK(render_text(e) == "error: proc: missing )\n  web(\nclose the group with )\n");
}

TEST_CASE("the caret stands under its character, however wide those before it are") {
  request_error e = sample();
  e.pattern = "\xE6\x97\xA5\xE6\x9C\xAC(";  // two wide characters, six bytes
  e.offset = 6;
  CHECK(caret(e).first == 2 + 4);
  e.pattern = "e\xCC\x81\xC3\xA9(";  // a combined and a simple é
  e.offset = 5;
  CHECK(caret(e).first == 2 + 2);
  e.offset = 4;  // inside the second é: under its beginning
  CHECK(caret(e).first == 2 + 1);
  e.offset = 6;  // behind the end
  CHECK(caret(e).first == 2 + 3);
  e.offset = 99;
  CHECK(caret(e).first == 2 + 3);
}

TEST_CASE("of a long pattern the part around the place is shown") {
  request_error e = sample();
  for (const std::size_t at : {0U, 10U, 48U, 49U, 71U, 500U, 990U, 999U, 1000U}) {
    e.pattern = std::string(1000, 'a');
    if (at < 1000)
      e.pattern[at] = '(';
    e.offset = at;
    const auto [column, line] = caret(e);
    INFO(at << ": " << line);
    CHECK(line.size() <= 2 + 3 + 72 + 3);
    if (at < 1000)
      CHECK(line.at(column) == '(');
    CHECK(line.ends_with("...") == (at + 24 < 999));
  }
}

TEST_CASE("nothing of a request can move the cursor of the one who reads the answer") {
  request_error e = sample();
  e.parameter = "a\x1B[2J";
  e.pattern = "\x1B]0;x\x07(";
  e.offset = 6;
  e.message = "bad\r\n";
  const std::string text = render_text(e);
  CHECK(text.find('\x1B') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
}

TEST_CASE("every code has its word") {
  CHECK(to_string(request_fault::bad_pattern) == "bad_pattern");
  CHECK(to_string(request_fault::bad_parameter) == "bad_parameter");
  CHECK(to_string(request_fault::unknown_parameter) == "unknown_parameter");
  CHECK(to_string(request_fault::not_found) == "not_found");
  CHECK(to_string(request_fault::method_not_allowed) == "method_not_allowed");
  CHECK(to_string(request_fault::too_large) == "too_large");
  CHECK(to_string(request_fault::too_many) == "too_many");
  CHECK(to_string(request_fault::forbidden) == "forbidden");
  CHECK(to_string(request_fault::shutting_down) == "shutting_down");
}
