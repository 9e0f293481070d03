/// All that `logio marathon` is told: marathon-logger's flags, and those of `serve` beside them.
///
///     logio marathon -m http://m1:8080 -c http://me:5000/events -e 'syslog://logs/' -p 5000
///
/// It is a hub whose port for events is marathon-logger's, and whose other ports are open only if
/// they are given. The exit codes for a bad event store and the text for an unknown one are
/// marathon-logger's too.
///
/// Ownership:      results own their values.
/// Thread safety:  a pure function, but for the files that it reads.
/// Errors:         as read_serve(); exit code 1 where the event store is to blame.
/// Source:         thefactory/marathon-logger, marathon-logger.py and stores.py.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/config/serve_setup.hpp"

namespace logio::config {

/// What only `marathon` is told, and what its event store's flag has found.
struct marathon_flags {
  std::string ip = "0.0.0.0";
  std::uint64_t port = 5000;
  bool listen_given = false;   ///< port or ip
  std::string unknown_store;   ///< what is said of one with an unknown scheme
  bool store_is_bad = false;
};

/// The options of `marathon` without any flag.
serve_options marathon_defaults();

/// The table of `marathon`, the flags that only it has first; its setters write into `options` and
/// `own`, which must outlive it.
command marathon_command(serve_options& options, marathon_flags& own,
                         const environment& variables = {});

/// How many of that table's flags are not as they are for `serve`.
inline constexpr std::size_t marathon_own_flags = 5;

/// `arguments` are those of `marathon`, without its name.
read_setup read_marathon(std::span<const std::string> arguments, const environment& env);

}  // namespace logio::config
