/// What to tell someone for whom nothing comes: whether any topic matches, and which ones are near.
///
/// Thread safety:  free functions: any thread.
/// Limits:         looks at the first 16 MiB of the hub's list of topics.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logio/config/tail_options.hpp"

namespace logio::app {

/// One line, or nothing where a topic matches, nothing is asked for, or the hub does not say.
/// `in_part`: some would if their names were searched.
std::string tail_hint(const config::tail_options& options, bool in_part);

/// The up to three names that `pattern` was most likely meant to be, the nearest first.
std::vector<std::string> nearest_names(std::string_view pattern, std::vector<std::string> names);

}  // namespace logio::app
