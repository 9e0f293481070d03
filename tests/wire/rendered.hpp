// What the JSON encoders must come to, computed the slow way, and a place that notices a byte too
// much.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "logio/base/utf8.hpp"

namespace logio::wire::testing {

// The text with U+FFFD for each ill-formed part: what a JSON reader gets to see.
inline std::string repaired(std::string_view text) {
  std::string out;
  for (const char *at = text.data(), *end = at + text.size(); at != end;) {
    const base::utf8_step step = base::utf8_next(at, end);
    out += step.valid ? std::string(at, step.bytes) : std::string("\xef\xbf\xbd");
    at += step.bytes;
  }
  return out;
}

// The repaired text, escaped byte by byte.
inline std::string naive_json_text(std::string_view text) {
  std::string out;
  for (const char c : repaired(text)) {
    constexpr std::string_view plain = "\"\\\n\r\t\b\f", letters = "\"\\nrtbf";
    const std::size_t short_form = plain.find(c);
    if (short_form != std::string_view::npos) {
      out += {'\\', letters[short_form]};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out;
}

// Any bytes, mostly such as texts have; ill-formed UTF-8 of every kind is frequent.
inline std::string random_bytes(std::mt19937& random, std::size_t pieces_max) {
  constexpr std::string_view pieces[] = {
      "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc0\xaf", "\xed\xa0\x80",
      "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xff", "\"", "\\", "\n", "\r", "\t",
      "\x7f", "\x01", "\xe0\x80", "\xf0\x80\x80", "\xc3"};
  const bool ascii = random() % 2 == 0;
  std::string out;
  for (std::size_t n = random() % (pieces_max + 1); n > 0; --n) {
    switch (random() % 4) {
      case 0:
        if (!ascii) out += pieces[random() % std::size(pieces)];
        break;
      case 1: out += static_cast<char>(random() % (ascii ? 128 : 256)); break;
      default: out.append(random() % 40, static_cast<char>('a' + random() % 26));
    }
  }
  return out;
}

// Runs `write(char* out)`, which may touch `bound` bytes, and returns what it wrote. A null result
// is returned as an empty string.
template <class Write>
std::string written_within(std::size_t bound, Write write) {
  constexpr std::size_t guards = 64;
  std::string place(guards + bound + guards, '\x5a');
  char* const begin = place.data() + guards;
  char* const end = write(begin);
  for (std::size_t i = 0; i < guards; ++i) {
    REQUIRE(place[i] == '\x5a');
    REQUIRE(place[guards + bound + i] == '\x5a');
  }
  if (end == nullptr) return {};
  REQUIRE(end >= begin);
  REQUIRE(end <= begin + bound);
  return {begin, end};
}

}  // namespace logio::wire::testing
