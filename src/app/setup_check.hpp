/// What is wrong with a configuration that could be read.
///
/// Thread safety:  a pure function.
#pragma once

#include <string>
#include <vector>

#include "logio/config/serve_setup.hpp"

namespace logio::app {

/// All that reading told and all that it left to be checked, one line each; empty: all is well.
std::vector<std::string> all_errors(const config::read_setup& setup);

}  // namespace logio::app
