#include "chunked_body.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::client {
namespace {

using state = chunked_body::state;

}  // namespace

TEST_CASE("chunks may be cut anywhere, and end where they say") {
  const std::string bytes = "5;name=value\r\nhello\r\nA\r\n, the end.\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    chunked_body body;
    std::string out;
    const auto first = body.take(std::string_view(bytes).substr(0, cut), out);
    CHECK(first == (cut == bytes.size() ? state::complete : state::more));
    CHECK(body.take(bytes.substr(cut) + "not of it", out) == state::complete);
    CHECK(out == "hello, the end.");
  }
}

TEST_CASE("what are no chunks is said to be bad") {
  for (const char* bytes :
       {"x\r\n", "\r\n", "-1\r\n", "5\r\nhelloX\r\n", "10000000000000000\r\n"}) {
    INFO(bytes);
    chunked_body body;
    std::string out;
    CHECK(body.take(bytes, out) == state::bad);
  }
  chunked_body body;
  std::string out;
  CHECK(body.take(std::string(100'000, '1'), out) == state::bad);
}

}  // namespace logio::client
