#include "logio/base/json_string.hpp"

#include "logio/base/utf8.hpp"

namespace logio::base {
namespace {

constexpr bool is_plain(unsigned char c) noexcept {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr char digits[] = "0123456789abcdef";
  out += "\\u00";
  out += digits[c >> 4];
  out += digits[c & 15];
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
      append_escape(out, c);
      ++at;
      continue;
    }
    const utf8_step step = utf8_next(at, end);
    if (step.valid) {
      out.append(at, step.bytes);
    } else {
      out += "\xef\xbf\xbd";
    }
    at += step.bytes;
  }
  out += '"';
}

}  // namespace logio::base
