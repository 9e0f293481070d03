/// Points in time as the hub keeps them: signed nanoseconds since 1970-01-01T00:00:00Z.
///
/// Thread safety:  free functions: any thread.
/// Limits:         1677-09-21 to 2262-04-11 (64 bits of nanoseconds); a time outside is refused.
/// Source:         RFC 3339, section 5.6 (`date-time`); leap seconds (`:60`) are taken as `:59`'s
///                 following second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace logio::record {

/// Parses an RFC 3339 time: `T`, `t` or one space between date and time, 0-9 fraction digits
/// (further digits are refused), `Z`, `z` or an offset. Nothing when it is not one.
std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept;

/// Parses times that mostly share their minute with the time before: what a publisher sends.
///
/// Thread safety:  distinct objects.
class rfc3339_parser {
 public:
  /// Parses the time at the beginning of [at, end) and returns behind it, `time_ns` set. Null when
  /// there is none, or one so unusual (years 1678 and before, 2261 and after) that
  /// parse_rfc3339() is to decide; `time_ns` is then as before.
  const char* parse_prefix(const char* at, const char* end, std::int64_t& time_ns) noexcept;

 private:
  bool parse_minute(const char* at) noexcept;

  // The last minute parsed; before the first, one that is true.
  std::int64_t minute_ns_ = 0;
  char minute_[18] = "1970-01-01T00:00:";
};

/// `2016-12-06T22:14:21.448`: UTC, milliseconds truncated towards the past, no zone.
inline constexpr std::size_t text_time_bytes = 23;

/// Writes text times; remembers the last second, since neighbours mostly share it.
///
/// Thread safety:  distinct objects.
class text_time_writer {
 public:
  /// Writes exactly text_time_bytes bytes to `out`.
  void write(std::int64_t time_ns, char* out) noexcept;

 private:
  std::int64_t second_ = INT64_MIN;
  char cached_[20] = {};  // "2016-12-06T22:14:21."
};

/// `2016-12-06T22:14:21.448123456Z`, always nine fraction digits.
inline constexpr std::size_t rfc3339_bytes = 30;

/// Writes exactly rfc3339_bytes bytes to `out`.
void write_rfc3339(std::int64_t time_ns, char* out) noexcept;

}  // namespace logio::record
