/// A command's flags as a table: from it come parsing, the environment, the help and the README.
///
/// Flags are read as getopt_long does: `--flag VALUE`, `--flag=VALUE`, `-f VALUE`, `-fVALUE`,
/// switches bundled (`-ab`), `--` ends them. A flag that takes a value takes the next word whatever
/// it looks like, so that `-g -x` greps for `-x`; CLI11 reads that word as a flag, which is why it
/// is not used.
///
/// Ownership:      setters borrow the options that they set, until parsing is done.
/// Thread safety:  distinct objects.
/// Errors:         usage_error: one line that names the flag or variable, the value, what is
///                 allowed.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/environment.hpp"

namespace logio::config {

/// Why a command line or the environment is not accepted.
struct usage_error {
  int exit_code = 0;    ///< 64 for the command line, 78 for the environment
  std::string message;  ///< one line
};

/// Takes a value; returns what is wrong with it, e.g. `is no size (N, KiB, MiB or GiB)`.
using setter = std::function<std::optional<std::string>(std::string_view value)>;

struct flag {
  std::string name;           ///< without dashes: `ring-bytes`
  char letter = 0;            ///< `-a`; 0: none
  std::string value;          ///< what stands for the value in the help; empty: a switch
  std::string shown_default;  ///< empty: none
  std::string help;           ///< one sentence; may have several lines
  bool repeatable = false;
  setter set;
  /// How a value is shown in an error, if not as it is: it may hold a secret.
  std::function<std::string(std::string_view value)> shown = nullptr;
  bool command_line_only = false;  ///< neither the environment nor the file sets it
};

struct command {
  std::string name;
  std::string summary;   ///< one line
  std::string usage;     ///< what follows the name: `[FLAG]...`
  std::string examples;  ///< lines for the help, indented by two
  std::string notes;     ///< paragraphs behind the flags; may be empty
  std::vector<flag> flags;
  setter operand;            ///< takes the one word that is no flag; empty: there is none
  bool environment = false;  ///< `LOGIO_` + the flag in capitals sets it too
  bool hidden = false;       ///< not in the overview
};

/// `LOGIO_RING_BYTES`
std::string variable_name(const flag& f);

/// Applies the environment, then the arguments.
std::optional<usage_error> parse(const command& c, std::span<const std::string> arguments,
                                 const environment& env);

/// The text of `logio COMMAND --help`.
std::string help_of(const command& c);

/// `value` as it may be shown in an error, on one line.
std::string shown_value(const flag& f, std::string_view value);

/// The flags as a Markdown table, for the README.
std::string markdown_of(const command& c);

/// The candidate that `word` was probably meant to be: the only one that begins with it, or the
/// closest; empty when none is close.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// The flags that select records, the same in every command that shows some: -a -p --host -g -v.
struct pattern_lists {
  std::vector<std::string>&app, &proc, &host, &grep, &exclude;
};
std::vector<flag> pattern_flags(const pattern_lists& to);

/// Setters for the usual kinds of values.
setter set_text(std::string& to);
setter add_text(std::vector<std::string>& to);
setter set_switch(bool& to);

}  // namespace logio::config
