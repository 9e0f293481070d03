/// All that `logio serve` is told, from its three places: command line, environment, file.
///
///     file ─► environment ─► command line ─► complete: names, what goes together
///
/// A flag beats the environment, which beats the file; sinks of all three are run. Reading has no
/// side effects, so the same arguments and environment can be read again while a hub runs, to see
/// what a changed file says.
///
/// Ownership:      results own their values.
/// Thread safety:  a pure function, but for the files that it reads.
/// Errors:         one line each, without the command's name; all of the file at once.
#pragma once

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/serve_options.hpp"

namespace logio::config {

struct serve_setup {
  serve_options options;  ///< complete: every sink has a name of its own
  /// Where each sink is configured: `hub.toml:12`, `LOGIO_SINK`, `--sink`. Beside the options, so
  /// that a sink which moves within the file is still the same.
  std::vector<std::string> sink_origins;
};

struct serve_errors {
  int exit_code = 0;  ///< 64 for the command line, 78 for the rest, 1: see read_marathon()
  std::vector<std::string> lines;  ///< at least one
  bool complete_lines = false;  ///< they are shown without the command's name in front
  serve_setup rest;  ///< what is well, so that more can be checked; its sinks may have no name
};

using read_setup = boost::system::result<serve_setup, serve_errors>;

/// `arguments` are those of `serve`, without its name.
read_setup read_serve(std::span<const std::string> arguments, const environment& env);

/// What a running hub's places say now: by its command, with its arguments.
read_setup read_again(const serve_options& running, const environment& env);

}  // namespace logio::config
