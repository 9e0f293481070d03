/// Makes log text harmless for a terminal: control characters are shown, not obeyed.
///
/// Thread safety:  a pure function.
#pragma once

#include <string>
#include <string_view>

namespace logio::app {

/// `text` with every control character but newline and TAB as `\xNN`.
std::string visible(std::string_view text);

}  // namespace logio::app
