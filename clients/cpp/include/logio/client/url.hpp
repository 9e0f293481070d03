/// Reads the one setting of an application: `LOGIO_URL`.
///
///     logio://[user:pass@]host[:7701][,host2[:port]...]?app=shop&proc=web&host=h1
///
/// IPv6 addresses stand in brackets. `app` is required; `proc` is otherwise the program's name, and
/// `host` the machine's. `buffer_bytes` (`64MiB`) and `buffer_records` (`1000000`) bound what is
/// kept while no hub takes records. User and password are accepted, and kept for a later use.
///
/// Thread safety:  any thread.
/// Errors:         one line: what is wrong and where; how to mend it. Never the password.
/// Source:         README, "Publish".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/client/publisher.hpp"

namespace logio::client {

struct url_reading {
  std::optional<publisher_options> options;  ///< nothing: `error` says why
  std::string error;
  std::vector<std::string> warnings;  ///< one line each: of what was left out of account
};

url_reading read_url(std::string_view url);

}  // namespace logio::client
