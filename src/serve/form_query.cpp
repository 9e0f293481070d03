#include "form_query.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "logio/base/utf8.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t shown_name_bytes_max = 64;

request_error refuse(std::string_view parameter, std::string_view shown, std::string message,
                     std::string hint) {
  request_error e;
  e.parameter = parameter.substr(0, base::utf8_cut(parameter, shown_name_bytes_max));
  e.pattern = shown;
  e.message = std::move(message);
  e.hint = std::move(hint);
  return e;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

boost::system::result<std::string, request_error> decode(std::string_view parameter,
                                                         std::string_view raw,
                                                         std::string_view control_hint) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const std::size_t began = at;
    char c = raw[at] == '+' ? ' ' : raw[at];
    if (c == '%') {
      const int high = at + 1 < raw.size() ? hex_digit(raw[at + 1]) : -1;
      const int low = at + 2 < raw.size() ? hex_digit(raw[at + 2]) : -1;
      if (high < 0 || low < 0) {
        const std::size_t end = base::utf8_cut(raw, std::min(began + 3, raw.size()));
        request_error e =
            refuse(parameter, raw, "bad escape " + std::string(raw.substr(began, end - began)),
                   "an escape is % and two hexadecimal digits; a percent sign itself is %25");
        e.offset = began;
        return e;
      }
      c = static_cast<char>(high * 16 + low);
      at += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      request_error e = refuse(parameter, raw, fmt::format("control character ({:#04x})", byte),
                               std::string(control_hint));
      e.offset = began;
      return e;
    }
    out += c;
  }
  return out;
}

}  // namespace

std::string_view next_pair(std::string_view& query) noexcept {
  const std::size_t end = std::min(query.find('&'), query.size());
  const std::string_view pair = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  return pair;
}

boost::system::result<query_parameter, request_error> decode_pair(std::string_view pair,
                                                                 std::string_view control_hint) {
  const std::size_t equals = std::min(pair.find('='), pair.size());
  auto name = decode("", pair.substr(0, equals), control_hint);
  if (!name) return std::move(name.error());
  if (name->empty()) {
    return refuse("", pair, "a parameter without a name", "write name=value");
  }
  auto value = decode(*name, pair.substr(std::min(equals + 1, pair.size())), control_hint);
  if (!value) return std::move(value.error());
  return query_parameter{std::move(*name), std::move(*value)};
}

}  // namespace logio::serve
