/// What the commands that talk to a hub can be told: `tail`, `pipe`, `healthcheck`.
///
/// Ownership:      own their values.
/// Thread safety:  distinct objects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"

namespace logio::config {

struct tail_options {
  host_port hub;
  std::vector<std::string> app, proc, host, grep, exclude;  ///< patterns
};

struct pipe_options {
  std::vector<host_port> hubs;  ///< at least one, tried in this order
  std::string app, proc, host;
};

struct healthcheck_options {
  host_port hub;
  /// Where one may be instead if nothing is at `hub`: nobody said where it is.
  std::optional<host_port> otherwise;
};

/// A command whose flags are being read: what is written on the command line, before the
/// environment and the URLs have filled the gaps.
struct tail_flags {
  std::string hub;
  std::vector<std::string> app, proc, host, grep, exclude;
};
struct pipe_flags {
  std::string to;
  std::optional<std::string> app, proc, host;
};
struct healthcheck_flags {
  std::string hub;
};

command tail_command(tail_flags& flags);
command pipe_command(pipe_flags& flags);
command healthcheck_command(healthcheck_flags& flags);

template <class T>
using complete_options = boost::system::result<T, usage_error>;

complete_options<tail_options> complete(const tail_flags& flags, const environment& env);
/// `local_host` is the publisher's host name where none is given.
complete_options<pipe_options> complete(const pipe_flags& flags, const environment& env,
                                        const std::string& local_host);
complete_options<healthcheck_options> complete(const healthcheck_flags& flags,
                                               const environment& env);

}  // namespace logio::config
