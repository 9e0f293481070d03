// A command's table as people read it: on the terminal and in the README.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "logio/config/flag_table.hpp"

namespace logio::config {
namespace {

/// A bar would end the table's cell, also within backquotes.
std::string escape_bars(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string dashed(std::string_view name) {
  return fmt::format("{}{}", name.size() == 1 ? "-" : "--", name);
}

/// `(also --num, -s)`, or nothing.
std::string also_text(const flag& f) {
  std::string out;
  for (const std::string& word : other_words(f)) out += (out.empty() ? "also " : ", ") + word;
  return out.empty() ? out : fmt::format("({})", out);
}

/// `left`, and beside it `help` in lines of at most 80 columns.
void append_entry(std::string& out, std::string left, std::string_view help) {
  constexpr std::size_t indent = 32, columns_max = 80 - indent;
  std::string line;
  const auto end_line = [&] {
    if (left.size() > indent - 2) {
      out += left + "\n";
      left.clear();
    }
    fmt::format_to(std::back_inserter(out), "{:<32}{}\n", left, line);
    left.clear();
    line.clear();
  };
  while (!help.empty()) {
    const auto end = std::min(help.find_first_of(" \n"), help.size());
    const std::string_view word = help.substr(0, end);
    help.remove_prefix(std::min(end + 1, help.size()));
    if (!line.empty() && line.size() + 1 + word.size() > columns_max) end_line();
    if (!line.empty()) line += ' ';
    line += word;
  }
  end_line();
}

}  // namespace

std::string heading_of(const flag& f) {
  std::string out = f.letter != 0 ? fmt::format("-{}, --{}", f.letter, f.name) : "--" + f.name;
  if (f.value.empty()) return out;
  return out + (f.value_optional ? fmt::format("[={}]", f.value) : ' ' + f.value);
}

std::vector<std::string> other_words(const flag& f) {
  std::vector<std::string> out;
  for (const spelling& other : f.also) out.push_back(dashed(other.name));
  return out;
}

std::string help_of(const command& c) {
  std::string out = fmt::format("{}\n\nusage: logio {} {}\n", c.summary, c.name, c.usage);
  if (!c.examples.empty()) out += "\n" + c.examples;
  if (!c.flags.empty()) out += "\n";
  for (const flag& f : c.flags) {
    if (f.only_habit) continue;
    std::string help = f.help;
    if (!f.shown_default.empty()) help += fmt::format(" [{}]", f.shown_default);
    if (!f.also.empty()) help += ' ' + also_text(f);
    append_entry(out, "  " + heading_of(f), help);
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

std::string markdown_of(const command& c) {
  std::string out = "| flag | default | what it does |\n|---|---|---|\n";
  for (const flag& f : c.flags) {
    if (f.only_habit) continue;
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", escape_bars(heading_of(f)),
                   f.shown_default.empty() ? "" : "`" + f.shown_default + "`",
                   escape_bars(f.also.empty() ? f.help : f.help + ' ' + also_text(f)));
  }
  return out;
}

std::string habits_of(const command& c) {
  std::string out = "| typed | by users of | does |\n|---|---|---|\n";
  const auto row = [&](std::string_view typed, std::string_view users, const std::string& does) {
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", typed, users, does);
  };
  for (const flag& f : c.flags) {
    const std::string own = f.letter != 0 ? fmt::format("-{}, --{}", f.letter, f.name)
                                          : "--" + f.name;
    if (!f.users.empty()) row(own, f.users, escape_bars(f.help));
    for (const spelling& other : f.also) {
      row(dashed(other.name), other.users, fmt::format("`--{}`", f.name));
    }
  }
  return out;
}

}  // namespace logio::config
