/// The command line as a whole: which command, with which options.
///
/// The first word names the command. A first word that is a flag means `marathon` for the flags of
/// marathon-logger, else `serve`: the image's entry point is the bare program, and
/// `docker run logio --ring-bytes 1GiB` has to work.
///
/// Ownership:      the result owns its values.
/// Thread safety:  a pure function.
/// Errors:         usage_error: one line; of a configuration file one for each error.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "logio/config/check_options.hpp"
#include "logio/config/client_options.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/run_options.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/config/ship_options.hpp"
#include "logio/config/tail_options.hpp"
#include "logio/config/top_options.hpp"
#include "logio/config/view_options.hpp"

namespace logio::config {

/// The program's: `1.2.3`.
std::string_view program_version() noexcept;

/// A help, the version: to be printed on stdout.
struct shown_text {
  std::string text;
};

using invocation = std::variant<shown_text, usage_error, serve_options, check_options, tail_options,
                                top_options, pipe_options, run_options, view_options, ship_options,
                                healthcheck_options>;

/// `arguments` without the program's own name; `local_host` is this machine's name.
invocation read_command_line(std::vector<std::string> arguments, const environment& env,
                             const std::string& local_host);

}  // namespace logio::config
