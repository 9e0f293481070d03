#include "url_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace logio::config {
namespace {

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_letter_or_digit_in_url(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_control_in_url(char c) noexcept {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

}  // namespace

bool is_scheme(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit_in_url(c) || c == '+' || c == '-' || c == '.';
  });
}

parsed<host_port> parse_host_port(std::string_view text, std::uint16_t default_port) {
  host_port out{{}, default_port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return bad_url{"has a [ without ]"};
    out.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (out.host.empty()) return bad_url{"has no host"};
  if (rest.empty()) return out;
  const char* const end = rest.data() + rest.size();
  const auto [behind, error] = std::from_chars(rest.data() + 1, end, out.port);
  if (rest[0] != ':' || error != std::errc{} || behind != end || out.port == 0) {
    return bad_url{fmt::format("has a bad port '{}'", rest.substr(1))};
  }
  return out;
}

parsed<std::vector<host_port>> parse_hosts(std::string_view text, std::uint16_t default_port) {
  std::vector<host_port> out;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    more = comma != std::string_view::npos;
    auto one = parse_host_port(text.substr(0, comma), default_port);
    if (!one) return one.error();
    out.push_back(std::move(*one));
    if (more) text.remove_prefix(comma + 1);
  }
  return out;
}

std::optional<char> percent_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const int high = hex(text[1]), low = hex(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto byte = percent_byte(text.substr(i));
      if (!byte) return std::nullopt;
      out += *byte;
      i += 2;
    }
  }
  return out;
}

bool has_control_character(std::string_view text) noexcept {
  return std::ranges::any_of(text, is_control_in_url);
}

std::string percent_encoded_path(std::string_view path) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter_or_digit_in_url(c) || marks.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::string one_line(std::string_view text) {
  constexpr std::size_t shown_bytes_max = 300;
  std::string out(text.substr(0, shown_bytes_max));
  std::replace_if(out.begin(), out.end(), is_control_in_url, '?');
  if (text.size() > shown_bytes_max) out += "...";
  return out;
}

}  // namespace logio::config
