#include "logio/base/json_string.hpp"

#include "logio/base/utf8.hpp"

namespace logio::base {
namespace {

constexpr bool is_plain(unsigned char c) noexcept {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const plain = at;
    while (at != end && is_plain(static_cast<unsigned char>(*at))) ++at;
    out.append(plain, at);
    if (at == end) break;
    const auto c = static_cast<unsigned char>(*at);
    if (c < 0x80) {
      const json_escape& escape = escape_of(*at);
      out.append(escape.text, escape.bytes);
      ++at;
      continue;
    }
    const utf8_step step = utf8_next(at, end);
    if (step.valid) {
      out.append(at, step.bytes);
    } else {
      out += replacement_character;
    }
    at += step.bytes;
  }
  out += '"';
}

}  // namespace logio::base
