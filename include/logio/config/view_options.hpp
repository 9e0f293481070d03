/// What `logio view` can be told.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/output_options.hpp"

namespace logio::config {

struct view_options {
  std::string path = ".";  ///< a data directory, the folder of its segments, or one of them
  std::vector<std::string> app, proc, host, grep, exclude;  ///< patterns
  std::string severity, since, until;  ///< as written; empty: none
  std::optional<std::uint64_t> lines;  ///< the newest of what is wanted; nothing: all of it
  output_options output;
  bool color = false;  ///< allowed, on a terminal
  bool check = false;
};

command view_command(view_options& options);

/// What was read, with what the environment says of colours.
view_options complete(view_options options, const environment& env);

}  // namespace logio::config
