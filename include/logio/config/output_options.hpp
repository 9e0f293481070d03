/// How records are shown by the commands that show some: `tail` and `view`.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"

namespace logio::config {

/// Colours and what else only a terminal understands.
enum class color_mode : std::uint8_t {
  automatic,  ///< on a terminal, if NO_COLOR is not set
  always,
  never,
};

enum class time_form : std::uint8_t {
  full,   ///< 2016-12-06T22:14:21.448, with its offset in local time
  brief,  ///< 22:14:21.448
  none,
};

struct output_options {
  enum class form : std::uint8_t { text, ndjson, raw };

  form format = form::text;
  std::string line_template;           ///< empty: none; else in place of the format
  std::vector<std::string> highlight;  ///< patterns
  color_mode color = color_mode::automatic;
  time_form time = time_form::full;
  bool local_time = false;
  bool raw = false;  ///< control characters go to a terminal as they are
};

/// -o -T -H --timestamps --utc --local --color --raw.
std::vector<flag> output_flags(output_options& to);

/// `--color` alone.
flag color_flag(color_mode& to);

/// Whether a terminal may be coloured: asked for, or neither forbidden by flag nor by NO_COLOR.
bool may_color(color_mode asked, const environment& env);

/// Most that -n takes: what a hub gives at once.
inline constexpr std::uint64_t lines_max = 1'000'000;

/// -S and -s, the same wherever records are chosen.
flag severity_flag(std::string& to);
flag since_flag(std::string& to,
                std::string help = "what arrived then or later: RFC 3339, or an age (90s 10m 2h "
                                   "3d)");

}  // namespace logio::config
