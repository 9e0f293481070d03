/// Writes texts as the inside of JSON strings, a block at a time.
///
/// What base/json_string does for messages, for texts of records: `"`, `\` and control characters
/// are escaped, bytes that are not UTF-8 become U+FFFD, one for each ill-formed part
/// (base/utf8.hpp), and everything else, U+007F included, is copied. A text that is not ASCII is
/// checked once, from its first such byte on, and then mostly copied too.
///
/// Ownership:      borrows everything for the call.
/// Thread safety:  free functions: any thread.
/// Limits:         none; the caller's memory must hold what is said below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logio::wire {

/// A byte of a text becomes at most so many (a control character is `\u0000`).
inline constexpr std::size_t json_text_growth_max = 6;

/// Writes `text` escaped, without quotes, to `out` and returns behind it. Touches nothing behind
/// json_text_bytes(text), which is at most json_text_growth_max for each byte.
char* put_json_text(char* out, std::string_view text) noexcept;

/// Exactly what put_json_text() writes; looks at the whole text.
std::size_t json_text_bytes(std::string_view text) noexcept;

/// Appends `text` escaped, with its quotes.
void append_json_text(std::string& out, std::string_view text);

/// Appends `text` escaped, without quotes, and otherwise byte for byte: what is not UTF-8 stays as
/// it is, as only a hub's publish_decoder takes it.
void append_json_bytes(std::string& out, std::string_view text);

}  // namespace logio::wire
