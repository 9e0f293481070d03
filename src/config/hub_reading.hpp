/// The three places that a hub's options come from, read by the table of one of its commands.
///
///     read_places(): file ─► environment ─► command line    checked(): what goes together, names
///
/// Ownership:      results own their values.
/// Thread safety:  free functions: any thread, if what the table sets is the caller's own.
/// Errors:         serve_errors, as of read_serve().
#pragma once

#include <boost/system/result.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/serve_setup.hpp"

namespace logio::config {

/// A command's table, whose setters write into `to`.
using table_maker = std::function<command(serve_options& to)>;

struct hub_reading {
  serve_setup setup;
  std::vector<std::string> wrong;  ///< of the file
};

using read_or_errors = boost::system::result<hub_reading, serve_errors>;

/// What the places say, beside `defaults`. What is wrong on the command line or in the environment
/// is told before the file is read.
read_or_errors read_places(const table_maker& table, const serve_options& defaults,
                           std::span<const std::string> arguments, const environment& env);

/// The setup, complete, if nothing is wrong with it.
read_setup checked(hub_reading read, std::span<const std::string> arguments);

}  // namespace logio::config
