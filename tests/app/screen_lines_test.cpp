#include "app/screen_lines.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using logio::app::screen_lines;

namespace {

using screen_texts = std::vector<std::string>;

/// In pieces of `piece` bytes; 0: all at once. What was left out stands behind the text.
screen_texts shown_lines(std::string_view bytes, std::size_t piece = 0,
                         std::size_t most = 1 << 20) {
  screen_texts out;
  screen_lines lines(most);
  const auto take = [&](std::string_view text, std::uint64_t left_out) {
    out.emplace_back(text);
    if (left_out != 0) out.back() += "+" + std::to_string(left_out);
  };
  if (piece == 0) piece = bytes.size();
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    lines.feed(bytes.substr(0, piece), take);
  }
  lines.finish(take);
  return out;
}

struct screen_case {
  std::string_view bytes;
  screen_texts lines;
};

const std::vector<screen_case>& screen_cases() {
  using namespace std::literals;
  static const std::vector<screen_case> all = {
      {"one\r\ntwo\r\nend", {"one", "two", "end"}},
      {"\r\n\n", {"", ""}},
      {"", {}},
      // Colours, titles, modes, reports, character sets, control strings.
      {"\x1b[1;31mred\x1b[0m\r\n", {"red"}},
      {"\x1b]0;title\aa\x1b]2;x\x1b\\b\n", {"ab"}},
      {"\x1b(B\x1b#8\x1b=\x1b>a\x1b[?2004l\x1b[6n\x1b[>c\x1b[2 q\n", {"a"}},
      {"\x1bPq#0;2;0;0;0\n~~\x1b\\\x1b_x\x1b\\a\n", {"a"}},
      {"a\x1b]never ends\nb\n", {"a", "b"}},
      {"a\x1b[31\x18mb\n", {"amb"}},
      {"a\x1b]x\x1b[1mb\n", {"ab"}},
      {"a\x07\x00\x7f" "b\n"sv, {"ab"}},
      {"a\x1b\xc3\xa9z\n", {"a\xc3\xa9z"}},
      {"\x9b" "31m\n", {"\x9b" "31m"}},
      // What is redrawn is its last state.
      {"10 %\r20 %\r100 %\r\n", {"100 %"}},
      {"abcdef\rXY\n", {"XYcdef"}},
      {"a long one\r\x1b[Kshort\n", {"short"}},
      {"a long one\x1b[2K\rshort\n", {"short"}},
      {"a long one\r\x1b[2Kshort\n", {"short"}},
      {"a long one\x1b[1K\rshort\n", {"short"}},
      {"abc\b\b\x1b[Kx\n", {"ax"}},
      {"\xc3\xa9\xc3\xa9\xc3\xa9\b\bx\n", {"\xc3\xa9x\xc3\xa9"}},
      {"abc\r\xc3\xa9\n", {"\xc3\xa9" "bc"}},
      {"abc\x1b[3Dx\x1b[Cy\n", {"xby"}},
      {"abc\x1b[2Gx\x1b[1Gy\n", {"yxc"}},
      {"abcd\r\x1b[2Px\n", {"xd"}},
      {"abcd\r\x1b[2@x\n", {"x abcd"}},
      {"abcd\r\x1b[2X\n", {"  cd"}},
      {"abcd\x1b[2D\x1b[9X\n", {"ab"}},
      {"abcd\x1b[2D\x1b[1K\n", {"   d"}},
      {"ok\x1b[8G[done]\n", {"ok     [done]"}},
      {"ok\x1b[3C!\n", {"ok   !"}},
      {"abc\x1b[2K!\n", {"   !"}},
      {"last\r", {"last"}},
      // A move to another line.
      {"one\x1b[1A\x1b[2K\rtwo\n", {"one", "two"}},
      {"gone\x1b[H\x1b[2Jnew\n", {"gone", "new"}},
      {"\x1b[H\x1b[2J\x1b[3Jnew\n", {"new"}},
      // The alternate screen.
      {"before\r\n\x1b[?1049h\x1b[Hfull screen\r\n~\r\n\x1b[?1049lafter\r\n", {"before", "after"}},
      {"a\x1b[?47hx\ny\x1b[?47lb\n", {"a", "b"}},
      {"\x1b[?12;1047;25hx\n\x1b[?1047;5lb\n", {"b"}},
      {"\x1b[?1049hx\x1b" "cb\n", {"b"}},
  };
  return all;
}

}  // namespace

TEST_CASE("the lines are what one sees") {
  for (const screen_case& one : screen_cases()) {
    CAPTURE(one.bytes);
    CHECK(shown_lines(one.bytes) == one.lines);
  }
}

TEST_CASE("a read may end anywhere") {
  for (const screen_case& one : screen_cases()) {
    for (std::size_t piece = 1; piece < one.bytes.size(); ++piece) {
      CAPTURE(one.bytes, piece);
      CHECK(shown_lines(one.bytes, piece) == one.lines);
    }
  }
}

TEST_CASE("of a long line what is left out is counted") {
  CHECK(shown_lines("abcdefgh\r\nx\n", 0, 4) == screen_texts{"abcd+4", "x"});
  CHECK(shown_lines("abcdefgh\rwxyz\n", 0, 4) == screen_texts{"wxyz+4"});
  CHECK(shown_lines("abcdefgh\x1b[2K\r1\n", 0, 4) == screen_texts{"1"});
}

TEST_CASE("a line that is too long to be edited begins anew") {
  const std::string text(screen_lines::editable_bytes_max + 1, 'x');
  CHECK(shown_lines(text + "\r\n") == screen_texts{text});
  CHECK(shown_lines(text + "\rnew\r\n") == screen_texts{"new"});
  CHECK(shown_lines(text + "\x1b[2K\rnew\r\n") == screen_texts{"new"});
  CHECK(shown_lines(text + "\b\b\x1b[3Dy\n") == screen_texts{text + "y"});
  // However it is redrawn, the time that it takes is bounded.
  std::string redrawn(screen_lines::editable_bytes_max, 'x');
  redrawn += '\r' + std::string(1'000'000, '\x80');
  CHECK(shown_lines(redrawn + "\n").front().size() > 1'000'000);
}

TEST_CASE("a control string without an end hides no more than its bound") {
  const std::string hidden(screen_lines::string_bytes_max, 'x');
  CHECK(shown_lines("\x1bP" + hidden + "seen\n") == screen_texts{"seen"});
}

TEST_CASE("any bytes make lines") {
  std::uint32_t chance = 1;
  std::string bytes;
  const std::string_view often = "\x1b[]?;0123456789hlKPX@CDGA\r\n\b\a\\P\xc3\xa9 ab";
  for (int i = 0; i < 200'000; ++i) {
    chance = chance * 1'664'525 + 1'013'904'223;
    const std::uint32_t high = chance >> 16;
    bytes += high % 4 == 0 ? static_cast<char>(high >> 4) : often[high / 4 % often.size()];
  }
  const screen_texts whole = shown_lines(bytes);
  CHECK(whole.size() > 100);
  CHECK((shown_lines(bytes, 7) == whole));
}
