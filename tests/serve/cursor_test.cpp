#include "logio/serve/cursor.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace logio::serve {
namespace {

TEST_CASE("a cursor is an epoch and a position") {
  CHECK(parse_cursor("00c0ffee12345678-0") == cursor{0x00c0ffee12345678U, 0});
  CHECK(parse_cursor("00C0FFEE12345678-42") == cursor{0x00c0ffee12345678U, 42});
  CHECK(parse_cursor("ffffffffffffffff-18446744073709551615") == cursor{~0ULL, ~0ULL});
}

TEST_CASE("what only looks like a cursor is none") {
  for (const char* text :
       {"", "-", "0-0", "00c0ffee12345678", "00c0ffee12345678-", "00c0ffee12345678-x",
        "00c0ffee12345678-1x", "00c0ffee12345678--1", "00c0ffee12345678-+1", "+0c0ffee12345678-1",
        "0x00ffee12345678-1", "g0c0ffee12345678-1", "00c0ffee123456789-1",
        "00c0ffee12345678-18446744073709551616", "00c0ffee12345678 1", " 00c0ffee12345678-1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cursor(text));
  }
}

}  // namespace
}  // namespace logio::serve
