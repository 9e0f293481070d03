// What completes command lines in the shells, from the tables of the commands.
//
// Scripts for bash work without the package bash-completion. A value that is one of some words is
// told by its bars (auto|always|never), one that is a file by its name (FILE, DIR).
#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "command_list.hpp"

namespace logio::config {
namespace {

enum class value_kind { none, words, file, directory, other };

value_kind kind_of(std::string_view value) {
  if (value.empty()) return value_kind::none;
  if (value.find('|') != std::string_view::npos) {
    return value.find("FILE") == std::string_view::npos ? value_kind::words : value_kind::file;
  }
  if (value.find("FILE") != std::string_view::npos) return value_kind::file;
  return value == "DIR" ? value_kind::directory : value_kind::other;
}

std::string with_spaces(std::string_view words) {
  std::string out(words);
  std::ranges::replace(out, '|', ' ');
  return out;
}

/// The first sentence or line of the help, without what a shell would obey.
std::string short_help(const flag& f) {
  std::string out = f.help.substr(0, f.help.find('\n'));
  out = out.substr(0, out.find("; "));
  std::erase_if(out, [](char c) { return c == '\'' || c == '[' || c == ']' || c == '`'; });
  std::ranges::replace(out, ':', ',');
  return out;
}

std::string words_of(const command& c) {
  std::string out;
  for (const flag& f : c.flags) {
    if (f.only_habit) continue;
    if (f.letter != 0) out += fmt::format("-{} ", f.letter);
    out += fmt::format("--{} ", f.name);
  }
  return out + "--help";
}

/// `-o|--output`: as a pattern of `case`.
std::string pattern_of(const flag& f) {
  return f.letter != 0 ? fmt::format("-{}|--{}", f.letter, f.name) : "--" + f.name;
}

constexpr std::string_view bash_begin = R"(# Completes logio's command lines in bash.
_logio() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command=${COMP_WORDS[1]} flags='' values='' files='' line
  COMPREPLY=()
  # bash makes three words of --flag=value.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = && $COMP_CWORD -ge 2 ]]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ $COMP_CWORD == 1 ]]; then
)";

constexpr std::string_view bash_end = R"(  esac
  if [[ $word == -* && -z $values && -z $files ]]; then
    values=$flags
  fi
  if [[ -n $files ]]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "-A" "$files" -- "$word")
    return
  fi
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$values" -- "$word")
}
complete -o bashdefault -F _logio logio
)";

std::string for_bash(const command_list& commands) {
  std::string out(bash_begin), names;
  for (const command& c : commands.all()) names += c.name + ' ';
  fmt::format_to(std::back_inserter(out),
                 "    while IFS= read -r line; do COMPREPLY+=(\"$line\"); done "
                 "< <(compgen -W '{}--help --version' -- \"$word\")\n    return\n  fi\n"
                 "  case $command in\n",
                 names);
  for (const command& c : commands.all()) {
    fmt::format_to(std::back_inserter(out), "  {})\n    flags='{}'\n", c.name, words_of(c));
    std::string cases;
    for (const flag& f : c.flags) {
      const value_kind kind = kind_of(f.value);
      if (f.only_habit || kind == value_kind::none || f.value_optional) continue;
      const std::string does = kind == value_kind::words
                                   ? fmt::format("values='{}'", with_spaces(f.value))
                               : kind == value_kind::file      ? "files='file'"
                               : kind == value_kind::directory ? "files='directory'"
                                                               : "return";
      fmt::format_to(std::back_inserter(cases), "    {}) {} ;;\n", pattern_of(f), does);
    }
    if (!cases.empty()) out += "    case $before in\n" + cases + "    esac\n";
    if (c.name == "completion") out += "    values='bash zsh fish'\n";
    if (c.operand && c.name != "completion" && c.name != "tail") {
      out += "    [[ $word == -* || -n $values ]] || files=${files:-file}\n";
    }
    out += "    ;;\n";
  }
  return out + std::string(bash_end);
}

std::string zsh_action(const flag& f) {
  switch (kind_of(f.value)) {
    case value_kind::none: return "";
    case value_kind::words: return fmt::format(":value:({})", with_spaces(f.value));
    case value_kind::file: return ":file:_files";
    case value_kind::directory: return ":directory:_files -/";
    case value_kind::other: return ":value: ";
  }
  return "";
}

std::string for_zsh(const command_list& commands) {
  std::string out = R"(#compdef logio
# Completes logio's command lines in zsh.
_logio() {
  local -a commands
  commands=(
)";
  for (const command& c : commands.all()) {
    std::string brief = c.brief;
    std::erase(brief, '\'');
    fmt::format_to(std::back_inserter(out), "    '{}:{}'\n", c.name, brief);
  }
  out += "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
         "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const command& c : commands.all()) {
    fmt::format_to(std::back_inserter(out), "  {})\n    _arguments -s \\\n", c.name);
    for (const flag& f : c.flags) {
      if (f.only_habit) continue;
      const bool is_optional = f.value_optional;
      const std::string action = is_optional ? "" : zsh_action(f);
      const std::string star = f.repeatable ? "*" : "";
      if (f.letter != 0) {
        fmt::format_to(std::back_inserter(out), "      '{}-{}{}[{}]{}' \\\n", star, f.letter,
                       action.empty() ? "" : "+", short_help(f), action);
      }
      fmt::format_to(std::back_inserter(out), "      '{}--{}{}[{}]{}' \\\n", star, f.name,
                     action.empty() ? "" : "=", short_help(f), action);
    }
    out += "      '(-h --help)'{-h,--help}'[tell the flags]'";
    if (c.name == "completion") {
      out += " \\\n      '1:shell:(bash zsh fish)'";
    } else if (c.operand && c.name != "tail") {
      out += " \\\n      '1:file:_files'";
    }
    out += "\n    ;;\n";
  }
  return out + "  esac\n}\n\nif [ \"$funcstack[1]\" = _logio ]; then\n  _logio \"$@\"\nelse\n"
               "  compdef _logio logio\nfi\n";
}

std::string for_fish(const command_list& commands) {
  std::string out = "# Completes logio's command lines in fish.\ncomplete -c logio -f\n";
  for (const command& c : commands.all()) {
    std::string brief = c.brief;
    std::erase(brief, '\'');
    fmt::format_to(std::back_inserter(out),
                   "complete -c logio -n __fish_use_subcommand -a {} -d '{}'\n", c.name, brief);
  }
  for (const command& c : commands.all()) {
    const std::string begin =
        fmt::format("complete -c logio -n '__fish_seen_subcommand_from {}'", c.name);
    for (const flag& f : c.flags) {
      if (f.only_habit) continue;
      const value_kind kind = f.value_optional ? value_kind::none : kind_of(f.value);
      const std::string letter = f.letter != 0 ? fmt::format(" -s {}", f.letter) : "";
      const std::string takes = kind == value_kind::none    ? ""
                                : kind == value_kind::words ? fmt::format(" -x -a '{}'",
                                                                          with_spaces(f.value))
                                : kind == value_kind::file  ? " -r -F"
                                : kind == value_kind::directory
                                    ? " -x -a '(__fish_complete_directories)'"
                                    : " -x";
      fmt::format_to(std::back_inserter(out), "{}{} -l {}{} -d '{}'\n", begin, letter, f.name,
                     takes, short_help(f));
    }
    fmt::format_to(std::back_inserter(out), "{} -s h -l help -d 'tell the flags'\n", begin);
    if (c.name == "completion") out += begin + " -a 'bash zsh fish'\n";
    if (c.operand && c.name != "completion" && c.name != "tail") out += begin + " -F\n";
  }
  return out;
}

}  // namespace

std::string completion_of(const command_list& commands, std::string_view shell) {
  if (shell == "bash") return for_bash(commands);
  if (shell == "zsh") return for_zsh(commands);
  if (shell == "fish") return for_fish(commands);
  return {};
}

}  // namespace logio::config
