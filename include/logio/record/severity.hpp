/// Severities as people write them.
///
/// Thread safety:  free functions: any thread.
/// Source:         OpenTelemetry Logs Data Model, "Field: SeverityNumber".
#pragma once

#include <optional>
#include <string_view>

#include "logio/record/record.hpp"

namespace logio::record {

inline constexpr severity_number severity_max = 24;

/// `trace debug info warn error fatal` in any case (1, 5, 9, 13, 17, 21) or a number from 1 to 24
/// without sign or leading zero. Nothing when it is neither.
std::optional<severity_number> parse_severity(std::string_view text) noexcept;

/// `trace` … `fatal` for the range that `severity` lies in, empty for 0 and for what is above 24.
std::string_view severity_name(severity_number severity) noexcept;

}  // namespace logio::record
