/// Severities as people write them, and as syslog counts them.
///
/// Thread safety:  free functions: any thread.
/// Source:         OpenTelemetry Logs Data Model, "Field: SeverityNumber"; RFC 5424, section 6.2.1.
#pragma once

#include <cstdint>
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

/// 0 (emergency) to 7 (debug), for the PRI of syslog and the level of GELF:
///
///     trace debug  info  info2-4  warn  error  fatal  fatal2  fatal3-4  unknown
///               7     6        5     4      3      2       1         0        6
///
/// An application's `fatal` is critical, not an emergency: that one is of the whole machine, and
/// daemons write it to every terminal.
std::uint8_t syslog_severity(severity_number severity) noexcept;

/// The way back: the lowest severity that is `level` to syslog_severity(), and for 6 info, as most
/// have it. Nothing for what is above 7.
std::optional<severity_number> severity_of_syslog(unsigned level) noexcept;

}  // namespace logio::record
