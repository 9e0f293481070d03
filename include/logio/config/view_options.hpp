/// What `logio view` can be told.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/config/flag_table.hpp"

namespace logio::config {

struct view_options {
  enum class output : std::uint8_t { text, ndjson, raw };

  std::string path = ".";  ///< a data directory, the folder of its segments, or one of them
  std::vector<std::string> app, proc, host, grep, exclude;  ///< patterns
  std::string severity, since, until;  ///< as written; empty: none
  output format = output::text;
  bool check = false;
};

command view_command(view_options& options);

}  // namespace logio::config
