#include "terminal_text.hpp"

#include <fmt/core.h>

#include <iterator>

#include "logio/base/utf8.hpp"

namespace logio::app {
namespace {

/// The character that the well-formed `text` is.
std::uint32_t code_point(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::uint32_t out = text.size() == 1 ? byte(0) : byte(0) & (0xffu >> (text.size() + 1));
  for (std::size_t i = 1; i < text.size(); ++i) out = out << 6 | (byte(i) & 0x3fu);
  return out;
}

/// U+061C, U+200E-F, U+202A-E, U+2066-9: they change the order in which characters are shown.
constexpr bool turns_text(std::uint32_t c) noexcept {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_harmless(unsigned char c) noexcept {
  return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t';
}

}  // namespace

void append_visible(std::string& out, std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const char* plain = at;
    while (plain != end && is_harmless(static_cast<unsigned char>(*plain))) ++plain;
    out.append(at, plain);
    at = plain;
    if (at == end) return;
    const base::utf8_step step = base::utf8_next(at, end);
    const std::string_view character(at, step.bytes);
    const std::uint32_t code = step.valid ? code_point(character) : 0;
    at += step.bytes;
    if (!step.valid || code < 0xa0) {
      for (const char c : character) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
      }
    } else if (turns_text(code)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", code);
    } else {
      out += character;
    }
  }
}

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_visible(out, text);
  return out;
}

}  // namespace logio::app
