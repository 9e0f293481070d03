#include "authority.hpp"

#include <algorithm>
#include <charconv>

namespace logio::client {
namespace {

bool read_host(std::string_view text, std::uint16_t usual_port, hub_address& out,
               std::string& why) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) {
      why = "the host '" + std::string(text) + "' has a [ without ]; write [::1]:7701";
      return false;
    }
    out.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    port = text.substr(colon);
    if (port.find(':', 1) != std::string_view::npos) {
      why = "the host '" + std::string(text) + "' has several colons; an IPv6 address stands in "
            "brackets: [::1]:7701";
      return false;
    }
  }
  if (out.host.empty()) {
    why = "a host is missing before '" + std::string(port) + "'; write HOST:" +
          std::to_string(usual_port);
    return false;
  }
  out.port = usual_port;
  if (port.empty()) return true;
  const char* const end = port.data() + port.size();
  const auto [behind, error] = std::from_chars(port.data() + 1, end, out.port);
  if (port[0] == ':' && error == std::errc{} && behind == end && out.port != 0) return true;
  why = "the port '" + std::string(port.substr(1)) + "' of host '" + out.host +
        "' is none; write 1 to 65535, or leave it out for " + std::to_string(usual_port);
  return false;
}

}  // namespace

bool read_hosts(std::string_view hosts, std::uint16_t usual_port, std::vector<hub_address>& out,
                std::string& why) {
  for (bool more = true; more;) {
    const auto comma = hosts.find(',');
    more = comma != std::string_view::npos;
    hub_address one;
    if (!read_host(hosts.substr(0, comma), usual_port, one, why)) return false;
    out.push_back(std::move(one));
    if (more) hosts.remove_prefix(comma + 1);
  }
  return true;
}

std::string_view take_authority(std::string_view& rest) {
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(end);
  return out;
}

std::string_view take_user(std::string_view& authority) {
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view out = authority.substr(0, at);
  authority.remove_prefix(at + 1);
  return out;
}

bool has_control_character(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

}  // namespace logio::client
