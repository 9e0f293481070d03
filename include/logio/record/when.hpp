/// A point in time as people write it: a time, or how long ago it was.
///
/// Thread safety:  a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logio::record {

/// RFC 3339, or an age in front of `now_ns` such as 90s, 10m, 2h, 3d (one that reaches behind 1970
/// is 1970): nanoseconds since 1970-01-01T00:00:00Z. Nothing when it is neither.
std::optional<std::int64_t> parse_when(std::string_view text, std::int64_t now_ns) noexcept;

}  // namespace logio::record
