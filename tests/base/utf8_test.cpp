#include "logio/base/utf8.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace logio::base;

namespace {

utf8_step step(const std::string& text) {
  return utf8_next(text.data(), text.data() + text.size());
}

}  // namespace

TEST_CASE("every scalar value that is put is one valid step of its length") {
  for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    char bytes[4];
    const char* const end = utf8_put(bytes, code);
    const utf8_step s = utf8_next(bytes, end);
    REQUIRE(s.valid);
    REQUIRE(bytes + s.bytes == end);
    REQUIRE(end - bytes == (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4));
  }
}

TEST_CASE("an ill-formed part is as long as the beginning of a character that it could be") {
  struct expected {
    std::string text;
    int bytes;
    bool cut;
  };
  // Unicode 15.0, tables 3-8 to 3-11 and the edges of table 3-7.
  for (const expected& e : {expected{"\x80", 1, false}, {"\xbf\x80", 1, false},
                            {"\xc0\xaf", 1, false}, {"\xc1\xbf", 1, false},
                            {"\xc2", 1, true}, {"\xc2 ", 1, false}, {"\xe0\x80\xaf", 1, false},
                            {"\xe1\x80", 2, true}, {"\xe1\x80\xe2", 2, false},
                            {"\xed\xa0\x80", 1, false}, {"\xf0\x80\x80\x80", 1, false},
                            {"\xf0\x91\x92", 3, true}, {"\xf1\x80\x80 ", 3, false},
                            {"\xf4\x90\x80\x80", 1, false}, {"\xf5\x80", 1, false},
                            {"\xff", 1, false}}) {
    const utf8_step s = step(e.text);
    CAPTURE(e.text);
    CHECK_FALSE(s.valid);
    CHECK(s.bytes == e.bytes);
    CHECK(s.cut == e.cut);
  }
}

TEST_CASE("a cut falls between characters, and anywhere in bytes that are none") {
  const std::string text = "ab\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
  const std::size_t cuts[] = {0, 1, 2, 2, 4, 4, 4, 7, 7, 7, 7, 11, 12, 12};
  for (std::size_t max = 0; max < std::size(cuts); ++max) {
    CAPTURE(max);
    CHECK(utf8_cut(text, max) == cuts[max]);
  }
  CHECK(utf8_cut("\x80\x80\x80\x80\x80", 4) == 4);
  CHECK(utf8_cut("\xff\xff\xff", 2) == 2);
  CHECK(utf8_cut("ab\xe2\x28\xa1", 3) == 3);
}

TEST_CASE("a text is UTF-8 when all of it is") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain \xc3\xa9 \xf0\x9f\x98\x80"));
  CHECK_FALSE(is_utf8("cut \xf0\x9f\x98"));
  CHECK_FALSE(is_utf8("a\xff" "b"));
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));
}
