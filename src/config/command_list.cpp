#include "command_list.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace logio::config {
namespace {

command completion_command(std::string& shell) {
  command c;
  c.name = "completion";
  c.brief = "print what completes command lines in bash, zsh or fish";
  c.summary = "Prints what completes logio's command lines in a shell.";
  c.usage = "bash|zsh|fish";
  c.examples =
      "  . <(logio completion bash)                                    # in ~/.bashrc\n"
      "  logio completion zsh >\"${fpath[1]}/_logio\"\n"
      "  logio completion fish >~/.config/fish/completions/logio.fish\n";
  c.operand = set_text(shell);
  c.notes = "Exit codes: 0 ok, 64 usage.\n";
  return c;
}

command bare_command(std::string name, std::string brief) {
  command c;
  c.name = std::move(name);
  c.summary = brief;
  c.brief = std::move(brief);
  return c;
}

std::string table_of(const command& c) {
  if (c.flags.empty()) return fmt::format("`logio {} {}`\n", c.name, c.usage);
  if (c.name != "marathon") return markdown_of(c);
  command own = c;
  own.flags.erase(own.flags.begin() + marathon_own_flags, own.flags.end());
  return markdown_of(own) + "\nAnd all flags of `logio serve`.\n";
}

}  // namespace

command_list::command_list() {
  all_.push_back(serve_command(serve_));
  all_.push_back(marathon_command(marathon_, marathon_own_));
  all_.push_back(tail_command(tail_));
  all_.push_back(top_command(top_));
  all_.push_back(pipe_command(pipe_));
  all_.push_back(run_command(run_));
  all_.push_back(check_command(check_));
  all_.push_back(view_command(view_));
  all_.push_back(ship_command(ship_));
  all_.push_back(healthcheck_command(healthcheck_));
  all_.push_back(completion_command(shell_));
  all_.push_back(bare_command("version", "print the version"));
}

const command* command_list::find(std::string_view name) const noexcept {
  const auto found =
      std::ranges::find_if(all_, [name](const command& c) { return c.name == name; });
  return found == all_.end() ? nullptr : &*found;
}

std::vector<std::string> command_list::names() const {
  std::vector<std::string> out;
  for (const command& c : all_) out.push_back(c.name);
  return out;
}

std::string overview_of(const command_list& commands) {
  std::string out =
      R"(logio: a log plexer. Applications publish to a hub, anyone streams from it with curl.

usage: logio COMMAND [FLAG]...

  logio serve                                             run a hub
  curl -N 'http://localhost:7702?app=shop&proc=web|worker'   stream
  logio tail -a shop                                      the last lines, and what comes
  ./my-app 2>&1 | logio pipe -a shop -p web               publish

commands:
)";
  for (const command& c : commands.all()) {
    fmt::format_to(std::back_inserter(out), "  {:<13} {}\n", c.name, c.brief);
  }
  return out + "\nlogio COMMAND --help tells a command's flags; man logio tells all.\n";
}

std::string reference_of(const command_list& commands) {
  std::string out;
  for (const command& c : commands.all()) {
    if (c.flags.empty() && c.usage.empty()) continue;
    out += fmt::format("{}### logio {}\n\n{}\n\n{}", out.empty() ? "" : "\n", c.name, c.summary,
                       table_of(c));
    if (c.name == "tail") {
      out += "\nWhat people type by habit means the same here:\n\n" + habits_of(c);
    }
  }
  return out;
}

}  // namespace logio::config
