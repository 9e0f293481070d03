/// UTF-8, as RFC 3629 has it: no surrogates, nothing longer than needed.
///
/// Thread safety:  any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logio::client {

/// Bytes of the character that `text` begins with; 0: it begins with none.
std::size_t utf8_size(std::string_view text) noexcept;

void append_utf8(std::string& out, char32_t character);

}  // namespace logio::client
