#include "logio/config/flag_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "logio/base/exit_code.hpp"
#include "masked_url.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

bool is_named(const flag& f, std::string_view name) {
  return f.name == name ||
         (name.size() > 1 && std::ranges::any_of(f.also, [name](const spelling& other) {
            return other.name == name;
          }));
}

bool has_letter(const flag& f, char letter) {
  return f.letter == letter || std::ranges::any_of(f.also, [letter](const spelling& other) {
           return other.name.size() == 1 && other.name[0] == letter;
         });
}

/// `20`, `-1`
bool is_number(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  return !word.empty() &&
         std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

class parser {
 public:
  parser(const command& c, std::span<const std::string> arguments)
      : command_(c), rest_(arguments) {}

  std::optional<usage_error> run() {
    while (!rest_.empty()) {
      const std::string word = next();
      std::optional<usage_error> error;
      if (word == "--" && !flags_ended_) {
        flags_ended_ = true;
      } else if (flags_ended_) {
        error = operand(word);
      } else if (word.starts_with("--")) {
        error = long_flag(word.substr(2));
      } else if (word.size() > 1 && word[0] == '-') {
        error = letters(word.substr(1));
      } else {
        flags_ended_ = command_.operands_end_flags;
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
    const bool another = std::exchange(operand_seen_, true) && !command_.operands;
    if (!command_.operand || another) return stray(word);
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
                                    [&](const flag& f) { return is_named(f, name); });
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
                                      [&](const flag& f) { return has_letter(f, text[i]); });
      const std::string shown = fmt::format("-{}", text[i]);
      if (found == command_.flags.end()) {
        return refuse(fmt::format("unknown flag {}; see logio {} --help", shown, command_.name));
      }
      const bool takes_value = !found->value.empty() && !found->value_optional;
      if (takes_value && i + 1 < text.size()) {
        return apply(*found, shown, text.substr(i + 1));
      }
      if (found->value_optional && text.substr(i + 1).starts_with('=')) {
        return apply(*found, shown, text.substr(i + 2));
      }
      if (auto error = with_value(*found, shown)) return error;
    }
    return std::nullopt;
  }

  std::optional<usage_error> with_value(const flag& f, const std::string& shown) {
    if (f.value.empty()) return apply(f, shown, {});
    if (f.value_optional && (rest_.empty() || !is_number(rest_.front()))) {
      return apply(f, shown, {});
    }
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
    for (const flag& f : command_.flags) {
      if (!f.only_habit) names.push_back(f.name);
    }
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

std::size_t own_words(const command& c, std::span<const std::string> arguments) {
  if (!c.operands_end_flags) return arguments.size();
  const auto takes_next = [&c](const auto& is_it) {
    const auto found = std::ranges::find_if(c.flags, is_it);
    return found != c.flags.end() && !found->value.empty() && !found->value_optional;
  };
  std::size_t at = 0;
  for (; at < arguments.size(); ++at) {
    const std::string& word = arguments[at];
    if (word == "--" || word.size() < 2 || word[0] != '-') break;
    if (word.starts_with("--")) {
      if (takes_next([&](const flag& f) { return is_named(f, word.substr(2)); })) ++at;
      continue;
    }
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (!takes_next([&](const flag& f) { return has_letter(f, word[i]); })) continue;
      if (i + 1 == word.size()) ++at;
      break;
    }
  }
  return std::min(at, arguments.size());
}

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
                           std::vector<std::string>& list, std::string users,
                           std::vector<spelling> also) {
    return flag{.name = std::move(name),
                .letter = letter,
                .value = "PATTERN",
                .help = std::move(help),
                .repeatable = true,
                .set = add_text(list),
                .users = std::move(users),
                .also = std::move(also)};
  };
  return {patterns("app", 'a', "apps whose whole name matches (RE2); repeated: any", to.app,
                   "heroku", {}),
          patterns("proc", 'p', "processes whose whole name matches", to.proc, "heroku",
                   {{"ps", "heroku"},
                    {"dyno", "heroku"},
                    {"d", "heroku"},
                    {"container", "kubectl, stern"},
                    {"c", "kubectl, stern"}}),
          patterns("host", 0, "hosts whose whole name matches", to.host, "", {}),
          patterns("grep", 'g', "lines in which it is found; repeated: all", to.grep, "",
                   {{"include", "stern"}, {"i", "stern"}}),
          patterns("exclude", 'v', "not the lines in which it is found", to.exclude, "stern",
                   {{"e", "stern"}})};
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
