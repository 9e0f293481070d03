/// Sizes and durations as people write them in flags, in the environment and in queries.
///
/// Sizes are `N`, `NKiB`, `NMiB`, `NGiB`; durations are `N` with one of `ms s m h d`. Whole numbers
/// without sign; no space between number and unit.
///
/// Thread safety:  free functions: any thread.
/// Errors:         nothing when the text is not one, or does not fit into 64 bits.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logio::base {

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// In the largest unit that leaves no rest: `64MiB`, `1000`.
std::string format_size(std::uint64_t bytes);
/// In the largest unit that leaves no rest: `15m`, `90s`, `0s`.
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace logio::base
