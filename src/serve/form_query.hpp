/// One `name=value` of a query, its escapes undone.
///
/// Read as curl sends it: `+` is a space, `%2B` a plus, what needs no escape may have none.
///
/// Ownership:      the result owns its strings.
/// Thread safety:  pure functions.
/// Errors:         request_error with the place: a bad escape, a control character, no name.
/// Source:         WHATWG URL, "application/x-www-form-urlencoded" parsing.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

#include "logio/serve/request_error.hpp"

namespace logio::serve {

struct query_parameter {
  std::string name, value;
};

/// Cuts the next pair off `query`; an empty one where there are two `&` in a row.
std::string_view next_pair(std::string_view& query) noexcept;

/// `control_hint` is what to do about a control character.
boost::system::result<query_parameter, request_error> decode_pair(
    std::string_view pair, std::string_view control_hint = "leave it out");

}  // namespace logio::serve
