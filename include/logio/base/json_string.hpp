/// Writes one JSON string: the only place that escapes JSON by hand.
///
/// Escapes what RFC 8259, section 7 demands and DEL; bytes that are not UTF-8 become U+FFFD, one
/// for each maximal ill-formed part (Unicode 15, section 3.9, "U+FFFD substitution").
///
/// Thread safety:  free function: any thread.
#pragma once

#include <string>
#include <string_view>

namespace logio::base {

/// Appends `text` with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace logio::base
