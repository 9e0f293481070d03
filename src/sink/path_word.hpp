/// A path as one word of a line: spaces, control characters and `%` as `%XX`.
///
/// For what a sink remembers of its files, one line each.
///
/// Thread safety:  free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logio::sink {

std::string path_word(std::string_view path);

/// Nothing: it is not such a word.
std::optional<std::string> word_path(std::string_view word);

/// What stands between the spaces of a line.
std::vector<std::string_view> words_of(std::string_view line);

}  // namespace logio::sink
