#include "app/chunked_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace logio::app {
namespace {

constexpr std::string_view golden =
    "4\r\nWiki\r\n7;ext=\"x\"\r\npedia \r\r\nB\r\nin chunks.\n\r\n0\r\nTrailer: x\r\n\r\n";

TEST_CASE("chunks are taken off, wherever the bytes are split") {
  const std::string body = "Wikipedia \rin chunks.\n";
  for (std::size_t first = 0; first <= golden.size(); ++first) {
    for (std::size_t step : {std::size_t{1}, std::size_t{3}, golden.size()}) {
      CAPTURE(first, step);
      chunked_reader reader;
      std::string out;
      REQUIRE(reader.feed(golden.substr(0, first), out));
      CHECK(reader.finished() == (first == golden.size()));
      for (std::size_t at = first; at < golden.size(); at += step) {
        REQUIRE(reader.feed(golden.substr(at, step), out));
      }
      CHECK(out == body);
      CHECK(reader.finished());
    }
  }
}

TEST_CASE("what follows the last chunk is not body") {
  chunked_reader reader;
  std::string out;
  CHECK(reader.feed("0\r\n\r\n3\r\nabc\r\n", out));
  CHECK(reader.finished());
  CHECK(out.empty());
}

TEST_CASE("a body without its last chunk is not finished") {
  chunked_reader reader;
  std::string out;
  CHECK(reader.feed("3\r\nabc\r\n0\r\n", out));
  CHECK(out == "abc");
  CHECK_FALSE(reader.finished());
}

TEST_CASE("what is no chunked body is refused, and stays refused") {
  for (const char* bad : {"\r\n", "x\r\n", "-1\r\n", " 1\r\n", "1234567890abcdef0\r\n",
                          "3\r\nabcd\r\n", "<html>"}) {
    CAPTURE(bad);
    chunked_reader reader;
    std::string out;
    CHECK_FALSE(reader.feed(bad, out));
    CHECK_FALSE(reader.feed("0\r\n\r\n", out));
    CHECK_FALSE(reader.finished());
  }
}

}  // namespace
}  // namespace logio::app
