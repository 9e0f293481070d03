/// A refused HTTP request: what was wrong, where, and what to do, and how a user is shown it.
///
/// Ownership:      owns its strings.
/// Thread safety:  distinct objects.
/// Limits:         a long pattern is shown in a window of 72 columns around the place.
/// Source:         README, "Subscribe".
#pragma once

#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logio::serve {

/// The stable words that a client may test.
enum class request_fault : std::uint8_t {
  bad_pattern,         ///< RE2 cannot read a pattern
  bad_parameter,       ///< a value, an escape or a combination that is not allowed
  unknown_parameter,   ///< no parameter has this name
  not_found,           ///< no such path
  method_not_allowed,  ///< the path is there, the method is not
  too_large,           ///< over a length limit
  too_many,            ///< over a count limit
  forbidden,           ///< this client may not
  shutting_down,       ///< the hub is leaving
  bad_body,            ///< a body that is damaged, or ends too early
  length_required,     ///< a body without Content-Length and not chunked
  unsupported,         ///< a coding of the body that is not undone here
  timed_out,           ///< the request did not come in time
  unreadable,          ///< what the hub keeps on its disk cannot be read
  bad_configuration,   ///< what the hub was told to be cannot be
};

std::string_view to_string(request_fault code) noexcept;

struct request_error {
  unsigned status = 400;
  request_fault code = request_fault::bad_parameter;
  std::string parameter;              ///< empty when no parameter is to blame
  std::string message;                ///< what is wrong, without parameter and place: `missing )`
  std::optional<std::size_t> offset;  ///< byte of `pattern` where the trouble is
  std::string pattern;  ///< the pattern or value in question; empty when showing it helps nobody
  std::vector<std::string> details;  ///< where there is more than one thing wrong: each, in a line
  std::string hint;     ///< what to do
};

/// One without parameter and place.
request_error make_error(unsigned status, request_fault code, std::string message,
                         std::string hint);

/// For `text/plain`: `error: proc: missing ) at offset 3`, the pattern with a caret under the place
/// (by display columns, so that wide and combining characters do not shift it), the hint; every
/// line ends in a newline. Control characters of the request are shown as '?'.
std::string render_text(const request_error& e);

/// For `application/json`: `{"error":{"code","message","parameter","offset","details","hint"}}` and
/// a newline; what is empty is left out.
std::string render_json(const request_error& e);

/// For value() of a result with this error: throws std::invalid_argument with the text's first
/// line.
[[noreturn]] void throw_exception_from_error(const request_error& e, const boost::source_location&);

}  // namespace logio::serve
