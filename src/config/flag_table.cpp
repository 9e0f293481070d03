#include "logio/config/flag_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

#include "logio/base/exit_code.hpp"
#include "masked_url.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

/// `-a, --app NAME`
std::string heading(const flag& f) {
  std::string out = f.letter != 0 ? fmt::format("-{}, --{}", f.letter, f.name) : "--" + f.name;
  if (!f.value.empty()) out += ' ' + f.value;
  return out;
}

class parser {
 public:
  parser(const command& c, std::span<const std::string> arguments)
      : command_(c), rest_(arguments) {}

  std::optional<usage_error> run() {
    while (!rest_.empty()) {
      const std::string word = next();
      std::optional<usage_error> error;
      if (word == "--") {
        flags_ended_ = true;
      } else if (flags_ended_) {
        error = operand(word);
      } else if (word.starts_with("--")) {
        error = long_flag(word.substr(2));
      } else if (word.size() > 1 && word[0] == '-') {
        error = letters(word.substr(1));
      } else {
        error = operand(word);
      }
      if (error) return error;
    }
    return std::nullopt;
  }

 private:
  std::string next() {
    std::string word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  std::optional<usage_error> refuse(std::string message) const {
    return usage_error{base::exit_usage, fmt::format("logio {}: {}", command_.name, message)};
  }

  std::optional<usage_error> operand(const std::string& word) {
    if (!command_.operand || std::exchange(operand_seen_, true)) return stray(word);
    const auto wrong = command_.operand(word);
    if (wrong) return refuse(fmt::format("'{}' {}", word, *wrong));
    return std::nullopt;
  }

  std::optional<usage_error> stray(const std::string& word) const {
    // It may be a URL whose flag was forgotten.
    return refuse(fmt::format("unexpected argument '{}'; see logio {} --help", masked_url(word),
                              command_.name));
  }

  std::optional<usage_error> long_flag(const std::string& text) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto found = std::find_if(command_.flags.begin(), command_.flags.end(),
                                    [&](const flag& f) { return f.name == name; });
    if (found == command_.flags.end()) return unknown(name);
    const std::string shown = "--" + name;
    if (equals != std::string::npos) {
      if (found->value.empty()) return refuse(shown + " takes no value");
      return apply(*found, shown, text.substr(equals + 1));
    }
    return with_value(*found, shown);
  }

  std::optional<usage_error> letters(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto found = std::find_if(command_.flags.begin(), command_.flags.end(),
                                      [&](const flag& f) { return f.letter == text[i]; });
      const std::string shown = fmt::format("-{}", text[i]);
      if (found == command_.flags.end()) {
        return refuse(fmt::format("unknown flag {}; see logio {} --help", shown, command_.name));
      }
      if (!found->value.empty() && i + 1 < text.size()) {
        return apply(*found, shown, text.substr(i + 1));
      }
      if (auto error = with_value(*found, shown)) return error;
    }
    return std::nullopt;
  }

  std::optional<usage_error> with_value(const flag& f, const std::string& shown) {
    if (f.value.empty()) return apply(f, shown, {});
    if (rest_.empty()) return refuse(fmt::format("{} needs a value ({})", shown, f.value));
    return apply(f, shown, next());
  }

  std::optional<usage_error> apply(const flag& f, const std::string& shown,
                                   const std::string& value) {
    if (!f.repeatable && !f.value.empty() && !seen_.insert(f.name).second) {
      return refuse(shown + " is given twice");
    }
    if (const auto wrong = f.set(value)) {
      return refuse(fmt::format("{}: '{}' {}", shown, shown_value(f, value), *wrong));
    }
    return std::nullopt;
  }

  std::optional<usage_error> unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (const flag& f : command_.flags) names.push_back(f.name);
    const std::string meant = nearest(name, names);
    return refuse(meant.empty()
                      ? fmt::format("unknown flag --{}; see logio {} --help", name, command_.name)
                      : fmt::format("unknown flag --{}; did you mean --{}?", name, meant));
  }

  const command& command_;
  std::span<const std::string> rest_;
  std::set<std::string> seen_;
  bool flags_ended_ = false;
  bool operand_seen_ = false;
};

std::optional<usage_error> apply_environment(const command& c, const environment& env) {
  for (const flag& f : c.flags) {
    const auto text = f.command_line_only ? std::nullopt : env.get(variable_name(f));
    if (!text) continue;
    std::size_t at = 0;
    while (at < text->size()) {
      // Repeatable ones are separated by white space; the value of another is taken as it is.
      const auto end = f.repeatable ? std::min(text->find_first_of(" \t\n", at), text->size())
                                    : text->size();
      const std::string value = text->substr(at, end - at);
      at = end + 1;
      if (value.empty()) continue;
      if (const auto wrong = f.set(value)) {
        return usage_error{base::exit_configuration,
                           fmt::format("logio {}: environment variable {}: '{}' {}", c.name,
                                       variable_name(f), shown_value(f, value), *wrong)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string shown_value(const flag& f, std::string_view value) {
  return f.shown ? f.shown(value) : one_line(value);
}

std::string variable_name(const flag& f) {
  std::string out = "LOGIO_";
  for (const char c : f.name) out += c == '-' ? '_' : static_cast<char>(c >= 'a' ? c - 32 : c);
  return out;
}

std::optional<usage_error> parse(const command& c, std::span<const std::string> arguments,
                                 const environment& env) {
  if (c.environment) {
    if (auto error = apply_environment(c, env)) return error;
  }
  return parser(c, arguments).run();
}

std::string help_of(const command& c) {
  std::string out = fmt::format("{}\n\nusage: logio {} {}\n", c.summary, c.name, c.usage);
  if (!c.examples.empty()) out += "\n" + c.examples;
  if (!c.flags.empty()) out += "\n";
  for (const flag& f : c.flags) {
    std::string help = f.help;
    if (!f.shown_default.empty()) help += fmt::format(" [{}]", f.shown_default);
    std::string left = "  " + heading(f);
    for (std::size_t at = 0; at <= help.size();) {
      const auto end = std::min(help.find('\n', at), help.size());
      if (left.size() > 30) {
        out += left + "\n";
        left.clear();
      }
      fmt::format_to(std::back_inserter(out), "{:<32}{}\n", left, help.substr(at, end - at));
      left.clear();
      at = end + 1;
    }
  }
  if (c.environment) {
    out += "\nEach flag can also be set by the environment: LOGIO_ and the flag in capitals with "
           "_,\nas in LOGIO_" +
           (c.flags.empty() ? std::string() : variable_name(c.flags.front()).substr(6)) +
           ". A flag given here wins.\n";
  }
  if (!c.notes.empty()) out += "\n" + c.notes;
  return out;
}

/// A bar would end the table's cell, also within backquotes.
static std::string escape_bars(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string markdown_of(const command& c) {
  std::string out = "| flag | default | what it does |\n|---|---|---|\n";
  for (const flag& f : c.flags) {
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", escape_bars(heading(f)),
                   f.shown_default.empty() ? "" : "`" + f.shown_default + "`",
                   escape_bars(f.help));
  }
  return out;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const auto begins = [word](const std::string& c) { return c.starts_with(word); };
  if (word.size() >= 3 && std::ranges::count_if(candidates, begins) == 1) {
    return *std::ranges::find_if(candidates, begins);
  }
  std::string best;
  std::size_t least = word.size() / 3 + 2;  // further away is another word
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least && distance < candidate.size()) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::vector<flag> pattern_flags(const pattern_lists& to) {
  const auto patterns = [](std::string name, char letter, std::string help,
                           std::vector<std::string>& list) {
    return flag{std::move(name), letter, "PATTERN", "", std::move(help), true, add_text(list)};
  };
  return {patterns("app", 'a', "apps whose whole name matches (RE2); repeated: any", to.app),
          patterns("proc", 'p', "processes whose whole name matches", to.proc),
          patterns("host", 0, "hosts whose whole name matches", to.host),
          patterns("grep", 'g', "lines in which it is found; repeated: all", to.grep),
          patterns("exclude", 'v', "not the lines in which it is found", to.exclude)};
}

setter set_text(std::string& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    to = value;
    return std::nullopt;
  };
}

setter add_text(std::vector<std::string>& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    to.emplace_back(value);
    return std::nullopt;
  };
}

setter set_switch(bool& to) {
  return [&to](std::string_view) -> std::optional<std::string> {
    to = true;
    return std::nullopt;
  };
}

}  // namespace logio::config
