/// `top` on a terminal, until its user or a signal ends it.
///
/// Thread safety:  one at a time: it has the terminal and the process's signals.
/// Errors:         a hub that goes away is shown and asked again; what is lost is the terminal.
#pragma once

#include <memory>
#include <string>

#include "logio/config/top_options.hpp"
#include "top_snapshot.hpp"

namespace logio::app {

/// The exit code. `first` is what the hub said at the start.
int run_top_live(const config::top_options& options, const std::string& query,
                 std::shared_ptr<const top_snapshot> first);

}  // namespace logio::app
