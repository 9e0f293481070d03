// The reader of JSON objects takes exactly what simdjson takes, and reads the same from it.

#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json_object.hpp"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Numbers without end are JSON, and too much for simdjson; a mark at the beginning is not, and
/// simdjson passes over it.
bool comparable(simdjson::error_code error, std::string_view text) {
  return error != simdjson::NUMBER_ERROR && error != simdjson::BIGINT_ERROR &&
         error != simdjson::DEPTH_ERROR && !text.starts_with("\xef\xbb\xbf");
}

std::size_t depth_of(std::string_view text) {
  std::size_t now = 0, most = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') most = std::max(most, ++now);
    if ((c == ']' || c == '}') && now > 0) --now;
  }
  return most;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static simdjson::dom::parser parser;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto mine = logio::client::json_object::read(text);
  simdjson::dom::object theirs;
  const auto error = parser.parse(text).get(theirs);
  if (!comparable(error, text) || depth_of(text) > 256) return 0;
  require(mine.has_value() == (error == simdjson::SUCCESS), "one takes what the other does not");
  if (!mine) return 0;
  for (const auto& [key, value] : theirs) {
    simdjson::dom::element first;
    require(theirs.at_key(key).get(first) == simdjson::SUCCESS, "simdjson finds its own key");
    require(!mine->raw(key).empty(), "a key is not found");
    std::string_view string;
    const auto text_here = mine->string(key);
    const bool is_string = first.get(string) == simdjson::SUCCESS;
    require(text_here.has_value() == is_string, "one has a string where the other has none");
    if (is_string) require(*text_here == string, "strings differ");
    std::uint64_t number = 0;
    const auto number_here = mine->number(key);
    if (number_here) {
      require(first.get(number) == simdjson::SUCCESS && number == *number_here, "numbers differ");
    }
    static simdjson::dom::parser again;
    simdjson::dom::element alone;
    require(again.parse(std::string(mine->raw(key))).get(alone) == simdjson::SUCCESS,
            "a value by itself is none");
    require(simdjson::minify(alone) == simdjson::minify(first), "values differ");
  }
  return 0;
}
