#include "logio/base/json_string.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace logio::base {
namespace {

using namespace std::string_view_literals;

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST_CASE("plain text is put into quotes, behind what is there") {
  CHECK(json("") == R"("")");
  CHECK(json("hello / world") == R"("hello / world")");
  std::string out = "[";
  append_json_string(out, "a");
  append_json_string(out, "b");
  CHECK(out == R"(["a""b")");
}

TEST_CASE("quotes, backslashes and every control character are escaped") {
  CHECK(json("a\"b\\c") == R"("a\"b\\c")");
  CHECK(json("\n\r\t\b\f") == R"("\n\r\t\b\f")");
  CHECK(json("\0\x01\x1f\x7f"sv) == R"("\u0000\u0001\u001f\u007f")");
  for (char c = 0; c < 0x20; ++c) {
    for (const char written : json({&c, 1})) CHECK(written >= 0x20);
  }
}

TEST_CASE("well-formed UTF-8 passes unchanged") {
  const std::string text = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf";
  CHECK(json(text) == '"' + text + '"');
}

TEST_CASE("each maximal ill-formed part becomes one U+FFFD") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(json("a\xff\x62") == "\"a" + bad + "b\"");
  CHECK(json("\x80\x80") == '"' + bad + bad + '"');
  CHECK(json("\xe2\x82") == '"' + bad + '"');                  // cut at the end
  CHECK(json("\xf0\x9f\x98\"") == '"' + bad + "\\\"\"");       // cut by a quote, which is kept
  CHECK(json("\xc0\xaf") == '"' + bad + bad + '"');            // an overlong slash
  CHECK(json("\xed\xa0\x80") == '"' + bad + bad + bad + '"');  // a surrogate
}

}  // namespace
}  // namespace logio::base
