/// Where to listen, as users write it.
///
///     :7701                every address of the machine, IPv6 and IPv4
///     10.0.0.7:7701        one address
///     [::1]:7701           one IPv6 address
///     localhost:7701       every address of a name
///
/// Port 0 lets the kernel choose.
///
/// Thread safety:  distinct objects.
/// Errors:         in words for the user.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::net {

struct listen_address {
  std::string host;  ///< without brackets; empty: every address
  std::uint16_t port = 0;
};

/// Why an address cannot be listened on.
struct listen_failure {
  enum class cause : std::uint8_t {
    bad_address,      ///< the text is no address with a port
    cannot_resolve,   ///< the host name has no address
    in_use,           ///< some other program has the port
    no_permission,    ///< the port or address is not for this user
    no_such_address,  ///< the machine does not have the address
    system,           ///< the kernel refused for another reason
  };
  cause why = cause::system;
  std::string message;  ///< what is wrong, without the address
  std::string hint;     ///< what to do
};

boost::system::result<listen_address, listen_failure> parse_listen_address(std::string_view text);

/// The text that parses to `address`: `:7701`, `[::1]:7701`.
std::string to_string(const listen_address& address);

}  // namespace logio::net
