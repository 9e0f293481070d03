/// Bytes as text.
///
/// Thread safety:  a free function: any thread.
/// Source:         RFC 4648, section 4.
#pragma once

#include <string>
#include <string_view>

namespace logio::base {

/// Appends `bytes`, with padding and on one line.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace logio::base
