/// Where a hub is, as readers and writers are told.
///
///     http://hub:7702, https://user:pass@proxy/logs           readers: --hub, LOGIO_HUB
///     logio://user:pass@hub:7701,hub2?app=shop&proc=web       writers: --to, LOGIO_URL
///
/// A reader's `user:pass@` is HTTP's Basic, which a proxy before the hub may want, and its path
/// stands in front of the hub's own paths; a writer's is accepted and reserved. All are
/// percent-decoded, and so are the values of the query.
///
/// Thread safety:  distinct objects.
/// Errors:         in words for the user.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"

namespace logio::config {

struct host_port {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool operator==(const host_port&) const = default;
};

/// `host:port` for people; IPv6 in brackets.
std::string to_string(const host_port& hp);

/// A hub that is read from.
struct hub_url : host_port {
  bool tls = false;
  std::string path = {};            ///< in front of the hub's: empty, or `/logs`, as it is sent
  std::string user = {}, password = {};  ///< of HTTP's Basic; both empty: none
  bool operator==(const hub_url&) const = default;
};

/// `http://host:port`, without secrets.
std::string to_string(const hub_url& hub);

struct publish_url {
  std::vector<host_port> hubs;  ///< at least one
  /// Absent and empty differ: `proc=` is an empty proc.
  std::optional<std::string> app, proc, host;
};

/// Why a URL is not accepted, to be put behind it: `has no host`.
struct bad_url {
  std::string why;
};

template <class T>
using parsed = boost::system::result<T, bad_url>;

parsed<publish_url> parse_publish_url(std::string_view url);
/// The port is 7702 unless it is given; of https it is 443.
parsed<hub_url> parse_hub_url(std::string_view url);

/// For readers: `--hub` if given, else LOGIO_HUB, else LOGIO_URL's first host with 7702, else
/// 127.0.0.1:7702. The error names where the bad URL comes from.
boost::system::result<hub_url, usage_error> find_hub(const std::string& flag_value,
                                                     const environment& env,
                                                     std::string_view command_name);

}  // namespace logio::config
