/// Lines as records: the format `lines`, with and without stamps.
///
///     2016/12/06 22:14:21 hello\r\n              a line; its time is its arrival
///     1481062461448123456 hello\n                stamped: nanosecond Unix time and one space
///
/// Complete lines of usual length go from the read buffer into the batch in one pass. What is cut
/// by the end of a read, long, or wrongly stamped is left for the decoder, line by line.
///
/// Thread safety:  free functions; distinct objects.
/// Limits:         lines of at most line_fast_bytes_max bytes; longer ones are left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/record/batch_builder.hpp"

namespace logio::wire {

inline constexpr std::size_t line_fast_bytes_max = 16 << 10;

/// The longest stamp with its space: 19 digits reach the year 2262.
inline constexpr std::size_t stamp_bytes_max = 20;

/// The beginning of a line that was cut by the end of a read.
struct line_carry {
  std::string bytes;        ///< its first bytes, up to the decoder's limit
  std::uint64_t total = 0;  ///< all of its bytes so far
  char last = 0;            ///< the last of them
};

struct line_progress {
  const char* at;         ///< behind the last line that was added
  std::uint64_t records;  ///< how many were added
  bool batch_full;        ///< the next line is complete and does not fit
};

/// Adds the lines at the beginning of [at, end).
line_progress add_line_records(const char* at, const char* end, record::batch_builder& out,
                               bool stamped, std::int64_t arrival_ns, std::size_t text_bytes_max);

/// Parses `NANOSECONDS ` at the beginning of a line. Returns its length with the space, or 0.
std::size_t parse_stamp(const char* at, const char* end, std::int64_t& time_ns) noexcept;

}  // namespace logio::wire
