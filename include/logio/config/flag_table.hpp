/// A command's flags as a table: from it come parsing, the environment, the help, the man page, the
/// shells' completions and the README.
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

/// Another word for a flag, because people have it in their fingers from another program.
struct spelling {
  std::string name;   ///< without dashes: `num`, or one letter: `s`
  std::string users;  ///< whose users type it: `heroku`
};

struct flag {
  std::string name;           ///< without dashes: `ring-bytes`
  char letter = 0;            ///< `-a`; 0: none
  std::string value = {};     ///< what stands for the value in the help; empty: a switch
  std::string shown_default = {};  ///< empty: none
  std::string help = {};      ///< one sentence; may have several lines
  bool repeatable = false;
  setter set = nullptr;
  /// How a value is shown in an error, if not as it is: it may hold a secret.
  std::function<std::string(std::string_view value)> shown = nullptr;
  bool command_line_only = false;  ///< neither the environment nor the file sets it
  /// Stands alone, too: then its value is empty. The next word is its value if it is a number.
  bool value_optional = false;
  std::string users = {};           ///< of which other programs the same flag is
  std::vector<spelling> also = {};  ///< its other words
  bool only_habit = false;          ///< accepted and without effect here; not in the help
};

struct command {
  std::string name;
  std::string brief;     ///< for the list of commands: `run a hub`
  std::string summary;   ///< one line
  std::string usage;     ///< what follows the name: `[FLAG]...`
  std::string examples;  ///< lines for the help, indented by two
  std::string notes;     ///< paragraphs behind the flags; may be empty
  std::vector<flag> flags;
  setter operand;            ///< takes the word that is no flag; empty: there is none
  bool operands = false;     ///< takes each of several
  bool operands_end_flags = false;  ///< the first and all behind it are another program's words
  bool environment = false;  ///< `LOGIO_` + the flag in capitals sets it too
};

/// `LOGIO_RING_BYTES`
std::string variable_name(const flag& f);

/// Applies the environment, then the arguments.
std::optional<usage_error> parse(const command& c, std::span<const std::string> arguments,
                                 const environment& env);

/// How many of the words are the command's own, and not another program's.
std::size_t own_words(const command& c, std::span<const std::string> arguments);

/// `-a, --app NAME`
std::string heading_of(const flag& f);

/// Its other words as they are typed: `--num`, `-s`.
std::vector<std::string> other_words(const flag& f);

/// The text of `logio COMMAND --help`.
std::string help_of(const command& c);

/// `value` as it may be shown in an error, on one line.
std::string shown_value(const flag& f, std::string_view value);

/// The flags as a Markdown table, for the README.
std::string markdown_of(const command& c);

/// Which words other programs' users may type by habit, as a Markdown table.
std::string habits_of(const command& c);

/// How many letters must change, come or go to make `b` of `a`. Source: Levenshtein, 1965.
std::size_t edit_distance(std::string_view a, std::string_view b);

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
