#include "hub_location.hpp"

#include <algorithm>
#include <vector>

#include "authority.hpp"
#include "percent.hpp"

namespace logio::client {
namespace {

constexpr std::uint16_t subscribe_port = 7702;

/// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? digits[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

}  // namespace

std::optional<hub_location> read_hub_location(std::string_view url, std::string& why) {
  constexpr std::string_view scheme = "http://";
  const auto fail = [&](std::string what) {
    why = "the hub's URL: " + std::move(what);
    return std::nullopt;
  };
  if (has_control_character(url) || url.find(' ') != url.npos) {
    return fail("it has a space or a control character; write a space as %20");
  }
  if (url.starts_with("https://")) {
    return fail("https is not possible: this library has no TLS; read through a proxy on this "
                "machine that has it, by http://");
  }
  if (!url.starts_with(scheme)) {
    return fail("it does not begin with http://; write http://HOST:7702");
  }
  std::string_view rest = url.substr(scheme.size());
  std::string_view authority = take_authority(rest);
  const std::string_view user = take_user(authority);
  if (rest.find_first_of("?#") != rest.npos) {
    return fail("it has a query; what is wanted is said by the other options");
  }
  hub_location out;
  std::vector<hub_address> hubs;
  std::string wrong;
  if (!read_hosts(authority, subscribe_port, hubs, wrong)) return fail(std::move(wrong));
  if (hubs.size() != 1) return fail("it names several hosts; write one");
  out.at = std::move(hubs.front());
  if (!user.empty()) {
    const auto secret = percent_decoded(user, false);
    if (!secret) return fail("user and password have a % without two hex digits; write %25");
    out.authorization = "Basic " + base64(*secret);
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  out.path = rest;
  return out;
}

}  // namespace logio::client
