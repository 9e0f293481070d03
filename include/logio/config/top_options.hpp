/// What `logio top` can be told.
///
/// Ownership:      own their values.
/// Thread safety:  distinct objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "logio/config/client_options.hpp"
#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/output_options.hpp"

namespace logio::config {

enum class top_part : std::uint8_t { topics, subscribers, sinks, marathon };
inline constexpr std::size_t top_parts = 4;

struct top_options {
  hub_url hub;
  std::vector<std::string> app, proc, host;  ///< patterns
  std::chrono::milliseconds interval{1000};
  std::string sort;  ///< a column's word; empty: by rate
  top_part part = top_part::topics;
  std::uint64_t lines = 0;  ///< of each table, at most; 0: all, on a screen what fits
  bool once = false, json = false;
  color_mode asked_color = color_mode::automatic;
  bool color = false;  ///< allowed, on a terminal
  bool utf8 = false;   ///< the terminal's text, as the locale says
};

/// What is written on the command line, before the environment has filled the gaps.
struct top_flags {
  std::string hub;
  std::vector<std::string> app, proc, host, unused;
  top_options rest;
};

command top_command(top_flags& flags);

complete_options<top_options> complete(const top_flags& flags, const environment& env);

}  // namespace logio::config
