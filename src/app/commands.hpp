/// The commands: each runs to its end and returns the exit code.
///
/// Errors:  one line on stderr with cause and remedy; check prints one for each error.
#pragma once

#include <string>

#include "logio/config/check_options.hpp"
#include "logio/config/client_options.hpp"
#include "logio/config/run_options.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/config/ship_options.hpp"
#include "logio/config/tail_options.hpp"
#include "logio/config/top_options.hpp"
#include "logio/config/view_options.hpp"

namespace logio::app {

int run_serve(const config::serve_options& options, const std::string& host_name);
int run_check(const config::check_options& options);
int run_tail(const config::tail_options& options);
int run_top(const config::top_options& options);
int run_pipe(const config::pipe_options& options);
/// `broken_pipe` is what SIGPIPE did before the program changed it: its command gets that back.
int run_run(const config::run_options& options, void (*broken_pipe)(int));
int run_view(const config::view_options& options);
int run_ship(const config::ship_options& options, const std::string& host_name);
int run_healthcheck(const config::healthcheck_options& options);

}  // namespace logio::app
