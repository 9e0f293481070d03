/// The commands: each runs to its end and returns the exit code.
///
/// Errors:  one line on stderr with cause and remedy; check prints one for each error.
#pragma once

#include <string>

#include "logio/config/check_options.hpp"
#include "logio/config/client_options.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/config/ship_options.hpp"
#include "logio/config/view_options.hpp"

namespace logio::app {

int run_serve(const config::serve_options& options, const std::string& host_name);
int run_check(const config::check_options& options);
int run_tail(const config::tail_options& options);
int run_pipe(const config::pipe_options& options);
int run_view(const config::view_options& options);
int run_ship(const config::ship_options& options, const std::string& host_name);
int run_healthcheck(const config::healthcheck_options& options);

}  // namespace logio::app
