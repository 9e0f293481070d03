/// Percent-encoding, of queries and of a URL's user.
///
/// Thread safety:  any thread.
/// Source:         RFC 3986, section 2.1; `+` for a space as in HTML forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace logio::client {

/// Nothing: a `%` without two hex digits.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// Leaves letters, digits and `-._~`.
std::string percent_encoded(std::string_view text);

}  // namespace logio::client
