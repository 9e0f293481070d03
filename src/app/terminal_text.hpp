/// Makes log text harmless for a terminal: what a terminal obeys is shown instead.
///
/// Shown as `\xNN` are control characters but newline and TAB, also those of Unicode (U+0080 to
/// U+009F), and bytes that are not UTF-8, which some terminals take for them; as `\u{NNNN}` the
/// characters that turn the direction of text around, and so what a line seems to say.
///
/// Thread safety:  pure functions.
/// Source:         ECMA-48 (C0, C1); Unicode Standard Annex 9 (directional formatting).
#pragma once

#include <string>
#include <string_view>

namespace logio::app {

std::string visible(std::string_view text);

void append_visible(std::string& out, std::string_view text);

}  // namespace logio::app
