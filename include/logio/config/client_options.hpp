/// What the commands that talk to a hub can be told: `pipe`, `healthcheck`.
///
/// Ownership:      own their values.
/// Thread safety:  distinct objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"

namespace logio::config {

struct pipe_options {
  std::vector<host_port> hubs;  ///< at least one, tried in this order
  std::string app, proc, host;
  std::uint64_t buffer_bytes = 0;  ///< of lines that the hub has not taken yet
  std::chrono::milliseconds flush{};  ///< at the end
  bool quiet = false;
};

struct healthcheck_options {
  hub_url hub;
  /// Where one may be instead if nothing is at `hub`: nobody said where it is.
  std::optional<hub_url> otherwise;
};

/// A command whose flags are being read: what is written on the command line, before the
/// environment and the URLs have filled the gaps.
struct pipe_flags {
  std::string to;
  std::optional<std::string> app, proc, host;
  std::uint64_t buffer_bytes = std::uint64_t{64} << 20;
  std::chrono::milliseconds flush{10'000};
  bool quiet = false;
};
struct healthcheck_flags {
  std::string hub;
};

/// `--hub`, for all who read from one.
flag hub_flag(std::string& to);

command pipe_command(pipe_flags& flags);

/// The flags of all who publish. `proc` and `flush` are shown as the defaults.
std::vector<flag> publisher_flags(pipe_flags& flags, std::string proc, std::string flush);
command healthcheck_command(healthcheck_flags& flags);

template <class T>
using complete_options = boost::system::result<T, usage_error>;

/// Who publishes to where: by flags, then the URL, then `proc` and `local_host`.
complete_options<pipe_options> find_publish_target(const pipe_flags& flags, const environment& env,
                                                   const std::string& local_host,
                                                   std::string_view command_name,
                                                   const std::string& proc);
/// `local_host` is the publisher's host name where none is given.
complete_options<pipe_options> complete(const pipe_flags& flags, const environment& env,
                                        const std::string& local_host);
complete_options<healthcheck_options> complete(const healthcheck_flags& flags,
                                               const environment& env);

}  // namespace logio::config
