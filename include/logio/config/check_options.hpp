/// What `logio check` can be told.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <string>

#include "logio/config/flag_table.hpp"

namespace logio::config {

struct check_options {
  std::string path;  ///< of the configuration file
};

command check_command(check_options& options);

}  // namespace logio::config
