/// The Authorization header of HTTP, by password or by API key.
///
/// Thread safety:  free function: any thread.
/// Source:         RFC 7617 (Basic), RFC 4648 section 4 (base64).
#pragma once

#include <optional>
#include <string>

#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// Sets `out` to `Authorization: …\r\n`, or to nothing when there are no secrets. Returns what is
/// wrong with them, if anything is; never the secrets.
std::optional<std::string> make_authorization(const secret_options& secrets, std::string& out);

}  // namespace logio::sink
