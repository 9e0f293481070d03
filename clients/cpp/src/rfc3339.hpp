/// Times as the hub writes them: `2016-12-06T22:14:21.448123456Z`.
///
/// Thread safety:  any thread.
/// Source:         RFC 3339, section 5.6.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logio::client {

/// Nanoseconds since 1970; nothing: it is no time, or none between 1678 and 2261.
std::optional<std::int64_t> read_rfc3339(std::string_view text) noexcept;

}  // namespace logio::client
