/// What a reader of `GET /?…` asks for: the query of the request target, parsed.
///
/// Sans I/O: a string in, a stream_request or a request_error out. The query is read as curl sends
/// it: `|^$[](){}` need no escape, `+` is a space, `%2B` a plus, `;` an ordinary character. What
/// the parser cannot honour is refused with the place, never skipped: the original dropped a
/// parameter with a bad escape and so streamed everything.
///
/// Ownership:      the result owns its strings; the query is borrowed for the call.
/// Thread safety:  distinct objects.
/// Errors:         request_error; 400, or 414 when the query as a whole is too long.
/// Limits:         stream_request_options.
/// Source:         README, "Subscribe"; WHATWG URL, "application/x-www-form-urlencoded" parsing.
#pragma once

#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logio/filter/filter.hpp"
#include "logio/hub/history_request.hpp"
#include "logio/serve/accept.hpp"
#include "logio/serve/cursor.hpp"
#include "logio/serve/request_error.hpp"

namespace logio::serve {

enum class stream_format : std::uint8_t {
  text,    ///< `2016-12-06T22:14:21.448 app[proc] host: text`
  raw,     ///< the text alone
  ndjson,  ///< one JSON object a line
  sse,     ///< server-sent events with that object
};

inline constexpr std::array stream_formats = {stream_format::text, stream_format::raw,
                                              stream_format::ndjson, stream_format::sse};

struct stream_request_options {
  filter::limits patterns;
  filter::mode match = filter::mode::whole;  ///< where the query does not say (`--match`)
  std::size_t query_bytes_max = 64 * 1024;
  std::size_t parameters_max = 128;
};

struct stream_request {
  filter::filter wanted;  ///< compiled; wanted.source() is the canonical spec
  stream_format format = stream_format::text;
  /// tail, since, until and follow as asked for; `after` is in `cursor` until it is resolved.
  hub::history_request history;
  std::optional<cursor> after;
  std::chrono::milliseconds heartbeat{0};  ///< 0: none
};

using parsed_stream_request = boost::system::result<stream_request, request_error>;

/// Parses the part of a request target behind `?` (without it) and compiles its patterns.
/// `accepted` says the format where the query does not; ages such as `10m` count back from
/// `now_ns`.
parsed_stream_request parse_stream_request(std::string_view query,
                                           const stream_request_options& options,
                                           stream_media accepted, std::int64_t now_ns);

/// What a browser's EventSource says when it comes back: goes on after that event, whatever the
/// query says of history. What is no cursor of ours means that continuity is lost.
void resume_after(stream_request& request, std::string_view last_event_id);

/// Sets the history's `after` from the cursor, which stands in front of `end`: the position to come
/// in this run of the hub, or behind the last record of the earlier one that the cursor names. One
/// that lies behind it, or of a run that nobody knows (nothing), means that continuity is lost:
/// then it begins with the oldest.
void resolve_cursor(stream_request& request, std::optional<std::uint64_t> end);

/// A request target in its parts; both borrow from it. `/a?b` and `http://host/a?b` (RFC
/// 9112 3.2.2) give `/a` and `b`; an absolute form without a path has the path `/`.
struct target_parts {
  std::string_view path, query;
};

target_parts split_target(std::string_view target) noexcept;

}  // namespace logio::serve
