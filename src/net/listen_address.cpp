#include "logio/net/listen_address.hpp"

#include <fmt/core.h>

#include <charconv>
#include <system_error>

namespace logio::net {
namespace {

listen_failure bad_address(std::string message) {
  return {listen_failure::cause::bad_address, std::move(message),
          "Write :PORT, HOST:PORT or [IPV6]:PORT; port 0 picks a free one."};
}

}  // namespace

boost::system::result<listen_address, listen_failure> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address("it has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);

  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 3) return bad_address("the brackets do not match");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad_address("an IPv6 address needs brackets");
  }
  if (host.find_first_of(" \t[]/") != std::string_view::npos) {
    return bad_address("the host is no name or address");
  }

  listen_address out{std::string(host), 0};
  const char* const end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data(), end, out.port);
  if (error != std::errc{} || rest != end) {
    return bad_address(fmt::format("'{}' is no port from 0 to 65535", port));
  }
  return out;
}

std::string to_string(const listen_address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

}  // namespace logio::net
