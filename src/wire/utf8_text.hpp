/// Texts for outputs that take UTF-8, or certain characters, only.
///
/// Thread safety:  free functions: any thread.
/// Source:         base/utf8.hpp, for what an ill-formed part is.
#pragma once

#include <string>
#include <string_view>

#include "logio/base/utf8.hpp"

namespace logio::wire {

/// Appends `text`, with U+FFFD for each ill-formed part.
void append_utf8(std::string& out, std::string_view text);

/// Appends `value`, with one `_` for each character and each ill-formed part that is not one byte
/// which is `legal`.
template <class Legal>
void append_cleaned(std::string& out, std::string_view value, Legal legal) {
  for (const char *at = value.data(), *const end = at + value.size(); at != end;) {
    const base::utf8_step step = base::utf8_next(at, end);
    out += step.bytes == 1 && legal(*at) ? *at : '_';
    at += step.bytes;
  }
}

}  // namespace logio::wire
