/// Loss notices in the formats `ndjson` and `sse`; text_encoder has those in text.
///
///     {"dropped":42,"since":"…","reason":"slow_subscriber","text":"Error L10 …"}\n      ndjson
///     event: dropped\ndata: {the same}\n\n                                              sse
///
/// They are no records: they have no cursor, and in sse no `id:`, so that a reader that comes back
/// names the last record that it has.
///
/// Ownership:      append to the caller's string.
/// Thread safety:  free functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::wire {

/// The subscriber was too slow, exactly `count` matching records were shed.
void append_ndjson_dropped(std::string& out, std::uint64_t count, std::int64_t since_ns);
void append_sse_dropped(std::string& out, std::uint64_t count, std::int64_t since_ns);

/// `count` positions were never examined; `reason` is a word such as `overtaken`.
void append_ndjson_missed(std::string& out, std::uint64_t count, std::int64_t since_ns,
                          std::string_view reason);
void append_sse_missed(std::string& out, std::uint64_t count, std::int64_t since_ns,
                       std::string_view reason);

/// The cursor that the stream was to go on after is of an epoch that is not known here.
void append_ndjson_continuity_lost(std::string& out);
void append_sse_continuity_lost(std::string& out);

}  // namespace logio::wire
