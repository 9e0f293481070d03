/// A peer as people write it.
///
/// Thread safety:  free function: any thread.
#pragma once

#include <cstdint>
#include <string>

namespace logio::net {

/// `host:port`, with brackets around an IPv6 address.
inline std::string peer_text(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace logio::net
