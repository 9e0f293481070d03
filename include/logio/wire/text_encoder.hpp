/// Renders records as lines for people: the formats `text` and `raw`.
///
///     2016-12-06T22:14:21.448 app[proc] host: text\n      text
///     text\n                                              raw
///
/// What is the same for every record of a topic, ` app[proc] host: `, is made once per topic
/// (record::text_label); the encoder writes into the caller's memory, which `*_bound` says is
/// enough. An inner newline is followed by a TAB in text, so that no publisher can forge another's
/// line or a notice.
///
/// Ownership:      borrows everything for the call.
/// Thread safety:  free functions: any thread; a text_time_writer belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"

namespace logio::wire {

/// Bytes that encode_text() may touch at `out`: at least what it writes. A text without an inner
/// newline takes its length and a constant, one with them counts double.
inline std::size_t text_bound(std::size_t prefix_bytes, const record::view& r) noexcept {
  const std::size_t text_bytes = r.text().size();
  return record::text_time_bytes + prefix_bytes + text_bytes + 1 +
         (r.has(record::inner_newline) ? text_bytes : 0);
}

/// Writes the line of `r` with its newline to `out`; returns behind its last byte.
char* encode_text(char* out, const record::view& r, std::string_view prefix,
                  record::text_time_writer& time) noexcept;

inline std::size_t raw_bound(const record::view& r) noexcept { return r.text().size() + 1; }

/// Writes the text of `r` and a newline.
char* encode_raw(char* out, const record::view& r) noexcept;

/// Appends `TIME logio[hub] HOST: Error L10 (output buffer overflow): N messages dropped since
/// SINCE.\n`: the subscriber was too slow, exactly `count` matching records were shed.
void append_dropped_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host,
                           std::uint64_t count, std::int64_t since_ns);

/// Appends `TIME logio[hub] HOST: Error L13 (history lost): up to N messages missed since
/// SINCE.\n`: `count` positions were never examined.
void append_missed_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host,
                          std::uint64_t count, std::int64_t since_ns);

/// Appends `TIME logio[hub] HOST: Error L15 (continuity lost): ….\n`: the cursor that the stream
/// was to go on after is of an epoch that is not known here.
void append_continuity_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host);

}  // namespace logio::wire
