#include "input/api_location.hpp"

#include <algorithm>
#include <charconv>

namespace logio::input {
namespace {

constexpr std::uint16_t http_port = 80, https_port = 443;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string_view cut_scheme(std::string_view& url) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) return {};
  const std::string_view scheme = url.substr(0, end);
  url.remove_prefix(end + 3);
  return scheme;
}

/// `[v6]:port`, `host:port` or without a port.
bool read_authority(std::string_view text, api_place& out) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && text[0] != ':') return false;
    port = text.empty() ? text : text.substr(1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  out.host = host;
  out.port = out.tls ? https_port : http_port;
  if (port.empty()) return !host.empty();
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  return error == std::errc() && end == port.data() + port.size() && out.port != 0 &&
         !host.empty();
}

std::optional<api_place> read_url(std::string_view url) {
  const std::string scheme = lower(cut_scheme(url));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  api_place out;
  out.tls = scheme == "https";
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  if (!read_authority(url.substr(0, end), out)) return std::nullopt;
  out.target = url.substr(end, url.find('#') - end);
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

}  // namespace

std::optional<api_place> follow_location(std::string_view location, const api_place& from) {
  if (has_control(location)) return std::nullopt;
  if (location.starts_with('/') && !location.starts_with("//")) {
    api_place out = from;
    out.target = location.substr(0, location.find('#'));
    return out;
  }
  return read_url(location);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

bool is_same_callback(std::string_view a, std::string_view b) {
  const auto shape = [](std::string_view url) {
    auto place = read_url(url);
    if (!place) return place;
    place->host = lower(place->host);
    while (place->target.ends_with('/')) place->target.pop_back();
    return place;
  };
  if (a == b) return true;
  const auto one = shape(a);
  return one && one == shape(b);
}

}  // namespace logio::input
