#include "logio/config/command_line.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "logio/base/exit_code.hpp"
#include "logio/config/marathon_setup.hpp"
#include "logio/config/serve_setup.hpp"

namespace logio::config {
namespace {

constexpr std::string_view overview =
    R"(logio: a log plexer. Applications publish to a hub, anyone streams from it with curl.

usage: logio COMMAND [FLAG]...

  logio serve                                             run a hub
  curl -N 'http://localhost:7702?app=shop&proc=web|worker'   stream
  ./my-app 2>&1 | logio pipe -a shop -p web               publish

commands:
  serve         run a hub (also when the first word is a flag)
  marathon      take Marathon's events (also when it is -m, -c, -e, -p or -i)
  tail          print the lines that a hub receives
  pipe          publish standard input
  check         check a configuration file
  view          print or check a journal, without a hub
  ship          move records into a sink
  healthcheck   ask a hub whether it serves
  version       print the version

logio COMMAND --help tells a command's flags.
)";

bool wants_help(const std::vector<std::string>& arguments) {
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
  if (wants_help(arguments)) return shown_text{help_of(c)};
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

std::string table_of(const command& c) {
  if (c.flags.empty()) return fmt::format("`logio {} {}`\n", c.name, c.usage);
  if (c.name != "marathon") return markdown_of(c);
  command own = c;
  own.flags.erase(own.flags.begin() + marathon_own_flags, own.flags.end());
  return markdown_of(own) + "\nAnd all flags of `logio serve`.\n";
}

/// The README's tables; scripts/flags puts them there.
std::string reference() {
  serve_options serve, marathon = marathon_defaults();
  marathon_flags marathon_own;
  check_options check;
  tail_flags tail;
  pipe_flags pipe;
  view_options view;
  ship_flags ship;
  healthcheck_flags healthcheck;
  std::string out;
  for (const command& c : {serve_command(serve), marathon_command(marathon, marathon_own),
                           check_command(check), tail_command(tail), pipe_command(pipe),
                           view_command(view), ship_command(ship),
                           healthcheck_command(healthcheck)}) {
    out += fmt::format("{}### logio {}\n\n{}\n\n{}", out.empty() ? "" : "\n", c.name, c.summary,
                       table_of(c));
  }
  return out;
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
  const std::vector<std::string> names{"serve", "marathon", "check",       "tail",    "pipe",
                                       "view",  "ship",     "healthcheck", "version", "help"};
  const std::string meant = nearest(word, names);
  const std::string advice = meant.empty() ? "see logio --help" : "did you mean " + meant + "?";
  return {base::exit_usage, fmt::format("logio: unknown command '{}'; {}", word, advice)};
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
  if (name == "--help" || name == "-h") return shown_text{std::string(overview)};
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
  if (name == "tail") {
    return read(arguments, env, tail_flags(), tail_command,
                [&](const tail_flags& f) { return complete(f, env); });
  }
  if (name == "pipe") {
    return read(arguments, env, pipe_flags(), pipe_command,
                [&](const pipe_flags& f) { return complete(f, env, local_host); });
  }
  if (name == "view") {
    return read(arguments, env, view_options(), view_command,
                [](view_options& o) { return complete_options<view_options>(o); });
  }
  if (name == "ship") {
    return read(arguments, env, ship_flags(), ship_command,
                [&](const ship_flags& f) { return complete(f, env, local_host); });
  }
  if (name == "healthcheck") {
    return read(arguments, env, healthcheck_flags(), healthcheck_command,
                [&](const healthcheck_flags& f) { return complete(f, env); });
  }
  if (name == "version") return shown_text{"logio " LOGIO_VERSION "\n"};
  if (name == "reference") return shown_text{reference()};
  if (name == "help") {
    if (arguments.empty()) return shown_text{std::string(overview)};
    return read_command_line({arguments.front(), "--help"}, env, local_host);
  }
  return unknown_command(name);
}

}  // namespace logio::config
