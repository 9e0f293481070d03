#include "app/line_splitter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

namespace logio::app {
namespace {

using lines = std::vector<std::pair<std::string, std::uint64_t>>;

lines split(std::string_view text, std::size_t most, std::size_t step) {
  lines out;
  line_splitter splitter(most);
  const auto take = [&](std::string_view line, std::uint64_t left_out) {
    out.emplace_back(line, left_out);
  };
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
    splitter.feed(text.substr(0, step), take);
  }
  splitter.finish(take);
  return out;
}

}  // namespace

TEST_CASE("lines are the same wherever the stream is cut") {
  const std::string text = "one\r\n\r\n\n1\r2\r\r\n12345\n1234567890\r\n\x80\xff\nend";
  const lines wanted{{"one", 0},   {"", 0},      {"", 0},         {"1\r2\r", 0},
                     {"12345", 0}, {"12345", 6}, {"\x80\xff", 0}, {"end", 0}};
  for (std::size_t step = 1; step <= text.size(); ++step) CHECK(split(text, 5, step) == wanted);
}

TEST_CASE("a line end at the end begins no line") {
  CHECK(split("a\n", 9, 9) == lines{{"a", 0}});
  CHECK(split("", 9, 9).empty());
}

}  // namespace logio::app
