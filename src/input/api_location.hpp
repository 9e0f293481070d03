/// Parts of URLs that Marathon's API is asked with and answers with.
///
/// Thread safety:  free functions: any thread.
/// Source:         RFC 3986; RFC 9110, 10.2.2 (Location).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logio::input {

/// Where a request goes.
struct api_place {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool tls = false;
  std::string target;  ///< path and query
  bool operator==(const api_place&) const = default;
};

/// What a Location header says, asked at `from`; nothing: it is no http or https URL and no
/// absolute path. A user in it is passed over.
std::optional<api_place> follow_location(std::string_view location, const api_place& from);

/// `text` as a value in a query: all but letters, digits and `-._~` as %XX.
std::string percent_encoded(std::string_view text);

/// Whether two callback URLs mean the same place although they are not written alike: letters of
/// scheme and host, the scheme's own port written or not, slashes at the end.
bool is_same_callback(std::string_view a, std::string_view b);

}  // namespace logio::input
