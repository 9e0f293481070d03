#include "logio/config/command_line.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "command_list.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/config/marathon_setup.hpp"
#include "logio/config/serve_setup.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

bool wants_help(std::span<const std::string> arguments) {
  for (const std::string& word : arguments) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

template <class Flags, class Make, class Complete>
invocation read(const std::vector<std::string>& arguments, const environment& env, Flags flags,
                Make make, Complete complete_flags) {
  const command c = make(flags);
  const auto own = std::span(arguments).first(own_words(c, arguments));
  if (wants_help(own)) return shown_text{help_of(c)};
  if (auto error = parse(c, arguments, env)) return *error;
  auto done = complete_flags(flags);
  if (!done) return done.error();
  return std::move(*done);
}

/// `table` is for the help; `read_it` is read_serve or read_marathon.
template <class Read>
invocation read_hub_command(const std::vector<std::string>& arguments, const environment& env,
                            const command& table, Read read_it) {
  if (wants_help(arguments)) return shown_text{help_of(table)};
  read_setup setup = read_it(arguments, env);
  if (setup) return std::move(setup->options);
  const serve_errors& errors = setup.error();
  std::string message;
  for (const std::string& line : errors.lines) {
    if (!message.empty()) message += '\n';
    message += errors.complete_lines ? line : fmt::format("logio {}: {}", table.name, line);
  }
  return usage_error{errors.exit_code, std::move(message)};
}

complete_options<check_options> complete_check(check_options& o) {
  if (!o.path.empty()) return o;
  return usage_error{base::exit_usage, "logio check: which file? Give its name; see logio check "
                                       "--help"};
}

/// `-m URL`, `-mURL`, `--marathon-url=URL`: one that marathon-logger has.
bool is_marathon_flag(const std::string& word) {
  const std::string_view name = std::string_view(word).substr(0, word.find('='));
  serve_options none;
  marathon_flags own;
  const command c = marathon_command(none, own);
  return std::any_of(c.flags.begin(), c.flags.begin() + marathon_own_flags, [&](const flag& f) {
    return name == "--" + f.name || word.starts_with(std::string{'-', f.letter});
  });
}

usage_error unknown_command(const std::string& word) {
  std::vector<std::string> names = command_list().names();
  names.emplace_back("help");
  const std::string meant = nearest(word, names);
  const std::string advice = meant.empty() ? "see logio --help" : "did you mean " + meant + "?";
  return {base::exit_usage,
          fmt::format("logio: unknown command '{}'; {}", one_line(word), advice)};
}

/// `completion`, `version` and what tells of the commands as a whole.
std::optional<invocation> tell(const std::string& name, const std::vector<std::string>& arguments,
                               const environment& env) {
  if (name == "version") return shown_text{"logio " LOGIO_VERSION "\n"};
  if (name != "reference" && name != "manual" && name != "completion") return std::nullopt;
  const command_list commands;
  if (name == "reference") return shown_text{reference_of(commands)};
  if (name == "manual") return shown_text{manual_of(commands)};
  const command& c = *commands.find("completion");
  if (wants_help(arguments)) return shown_text{help_of(c)};
  if (auto error = parse(c, arguments, env)) return *error;
  const std::string shell = arguments.empty() ? std::string() : arguments.back();
  std::string text = completion_of(commands, shell);
  if (!text.empty()) return shown_text{std::move(text)};
  return usage_error{base::exit_usage,
                     fmt::format("logio completion: for which shell? '{}' is none of "
                                 "bash|zsh|fish", one_line(shell))};
}

}  // namespace

std::string_view program_version() noexcept { return LOGIO_VERSION; }

invocation read_command_line(std::vector<std::string> arguments, const environment& env,
                             const std::string& local_host) {
  if (arguments.empty()) {
    return usage_error{base::exit_usage, "logio: which command? See logio --help; logio serve runs "
                                         "a hub"};
  }
  std::string name = arguments.front();
  if (name == "--help" || name == "-h") return shown_text{overview_of(command_list())};
  if (name == "--version" || name == "-V") name = "version";
  if (name.starts_with('-')) {
    name = is_marathon_flag(name) ? "marathon" : "serve";
  } else {
    arguments.erase(arguments.begin());
  }

  if (name == "serve") {
    serve_options defaults;
    return read_hub_command(arguments, env, serve_command(defaults), read_serve);
  }
  if (name == "marathon") {
    serve_options defaults = marathon_defaults();
    marathon_flags own;
    return read_hub_command(arguments, env, marathon_command(defaults, own), read_marathon);
  }
  if (name == "check") {
    return read(arguments, env, check_options(), check_command, complete_check);
  }
  if (name == "tail" || name == "logs") {
    return read(arguments, env, tail_flags(), tail_command,
                [&](const tail_flags& f) { return complete(f, env); });
  }
  if (name == "top") {
    return read(arguments, env, top_flags(), top_command,
                [&](const top_flags& f) { return complete(f, env); });
  }
  if (name == "pipe") {
    return read(arguments, env, pipe_flags(), pipe_command,
                [&](const pipe_flags& f) { return complete(f, env, local_host); });
  }
  if (name == "run") {
    return read(arguments, env, run_flags(), run_command,
                [&](const run_flags& f) { return complete(f, env, local_host); });
  }
  if (name == "view") {
    return read(arguments, env, view_options(), view_command,
                [&](view_options& o) {
                  return complete_options<view_options>(complete(std::move(o), env));
                });
  }
  if (name == "ship") {
    return read(arguments, env, ship_flags(), ship_command,
                [&](const ship_flags& f) { return complete(f, env, local_host); });
  }
  if (name == "healthcheck") {
    return read(arguments, env, healthcheck_flags(), healthcheck_command,
                [&](const healthcheck_flags& f) { return complete(f, env); });
  }
  if (auto told = tell(name, arguments, env)) return std::move(*told);
  if (name == "help") {
    if (arguments.empty()) return shown_text{overview_of(command_list())};
    return read_command_line({arguments.front(), "--help"}, env, local_host);
  }
  return unknown_command(name);
}

}  // namespace logio::config
