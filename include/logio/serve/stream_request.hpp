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
/// Offered:        app, proc, host, log, exclude, match, format=text|raw, follow=true: what streams
///                 live. The contract's other parameters are refused by name, so that nobody waits
///                 for a history that will not come.
/// Source:         INTERFACES 3; WHATWG URL, "application/x-www-form-urlencoded" parsing.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "logio/filter/filter.hpp"
#include "logio/serve/request_error.hpp"

namespace logio::serve {

enum class stream_format : std::uint8_t {
  text,  ///< `2016-12-06T22:14:21.448 app[proc] host: text`
  raw,   ///< the text alone
};

struct stream_request_options {
  filter::limits patterns;
  filter::mode match = filter::mode::whole;  ///< where the query does not say (`--match`)
  std::size_t query_bytes_max = 64 * 1024;
  std::size_t parameters_max = 128;
};

struct stream_request {
  filter::filter wanted;  ///< compiled; wanted.source() is the canonical spec
  stream_format format = stream_format::text;
};

using parsed_stream_request = boost::system::result<stream_request, request_error>;

/// Parses the part of a request target behind `?` (without it) and compiles its patterns.
parsed_stream_request parse_stream_request(std::string_view query,
                                           const stream_request_options& options);

/// A request target in its parts; both borrow from it. `/a?b` and `http://host/a?b` (RFC
/// 9112 3.2.2) give `/a` and `b`; an absolute form without a path has the path `/`.
struct target_parts {
  std::string_view path, query;
};

target_parts split_target(std::string_view target) noexcept;

}  // namespace logio::serve
