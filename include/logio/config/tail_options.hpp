/// What `logio tail` can be told.
///
/// Ownership:      own their values.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/config/client_options.hpp"
#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/output_options.hpp"

namespace logio::config {

struct tail_options {
  hub_url hub;
  std::vector<std::string> app, proc, host, grep, exclude;  ///< patterns
  bool match_partial = false;
  std::string severity, since, until;  ///< as a hub takes them; empty: none
  std::optional<std::uint64_t> lines;  ///< the newest of what is there; nothing: all of it
  bool follow = true;
  output_options output;
  bool color = false;  ///< allowed, on a terminal
};

/// What is written on the command line, before the environment has filled the gaps.
struct tail_flags {
  std::string hub;
  std::vector<std::string> app, proc, host, grep, exclude;
  bool match_partial = false;
  std::string severity, since, until;
  std::optional<std::uint64_t> lines;
  bool all_lines = false, follow = false, no_follow = false;
  bool ignored = false;  ///< what has no effect here
  output_options output;
};

command tail_command(tail_flags& flags);

complete_options<tail_options> complete(const tail_flags& flags, const environment& env);

}  // namespace logio::config
