/// The program's own log: one line per event on stderr.
///
///     2016-12-06T22:14:21.448Z warn serve 10.0.0.7:52114: closed: nothing acknowledged for 15 m
///     {"time":"…","level":"warn","component":"serve","peer":"10.0.0.7:52114","message":"…"}
///
/// Events are logged once, where they are handled, with the component and the peer. A peer can put
/// anything into a message: control characters are shown as `\xNN`, so that nobody forges a line.
///
/// Ownership:      one log per process; it borrows its arguments for the call.
/// Thread safety:  everything, from any thread; a line is one write(2).
/// Errors:         never throws; a line that cannot be made or written is lost.
/// Limits:         a message is cut at 4096 bytes. A full pipe on stderr makes the writer wait.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logio::base {

enum class log_level : std::uint8_t {
  error,  ///< somebody has to act
  warn,   ///< something was lost, refused or closed
  info,   ///< state changes of the program
  debug,  ///< connections coming and going
};

enum class log_format : std::uint8_t { text, json };

struct log_options {
  log_level level = log_level::info;  ///< lines less important than this are not made
  log_format format = log_format::text;
};

/// Who speaks, and about whom.
struct log_source {
  std::string_view component;
  std::string_view peer = {};  ///< address and port; empty when it concerns no peer
};

std::optional<log_level> parse_log_level(std::string_view name) noexcept;
std::optional<log_format> parse_log_format(std::string_view name) noexcept;

std::string_view to_string(log_level level) noexcept;
std::string_view to_string(log_format format) noexcept;

/// Affects every line begun after it returns.
void configure_log(const log_options& options) noexcept;

/// Whether lines of this level are written.
bool log_enabled(log_level level) noexcept;

/// The line with its newline; `unix_ns` is nanoseconds since 1970.
std::string render_log_line(log_format format, log_level level, const log_source& source,
                            std::string_view message, std::int64_t unix_ns);

void vlog(log_level level, const log_source& source, fmt::string_view format,
          fmt::format_args arguments) noexcept;

template <class... T>
void log(log_level level, const log_source& source, fmt::format_string<T...> format,
         T&&... arguments) noexcept {
  if (log_enabled(level)) vlog(level, source, format, fmt::make_format_args(arguments...));
}

}  // namespace logio::base
