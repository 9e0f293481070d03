/// Where a hub is read: `http://[user:password@]host[:7702][/path]`.
///
/// Thread safety:  any thread.
/// Errors:         one line; never the password.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "logio/client/publisher.hpp"

namespace logio::client {

struct hub_location {
  hub_address at;
  std::string path;           ///< without a `/` at its end
  std::string authorization;  ///< value of that header, or empty
};

/// Nothing: `why` says why.
std::optional<hub_location> read_hub_location(std::string_view url, std::string& why);

}  // namespace logio::client
