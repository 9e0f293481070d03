/// `user:pass@host:port,host2`, as both kinds of URL have it.
///
/// Thread safety:  any thread.
/// Errors:         what is wrong and where; what to write instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logio/client/publisher.hpp"

namespace logio::client {

/// False: `why` is `WHAT; REMEDY`.
bool read_hosts(std::string_view hosts, std::uint16_t usual_port, std::vector<hub_address>& out,
                std::string& why);

/// What stands between `SCHEME://` and the first of `/?#`; takes it off `rest`.
std::string_view take_authority(std::string_view& rest);

/// What stands before the last `@`; takes it and the `@` off `authority`.
std::string_view take_user(std::string_view& authority);

bool has_control_character(std::string_view text) noexcept;

}  // namespace logio::client
