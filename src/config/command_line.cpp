#include "logio/config/command_line.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "logio/base/exit_code.hpp"
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

invocation read_serve_command(const std::vector<std::string>& arguments, const environment& env) {
  if (wants_help(arguments)) {
    serve_options defaults;
    return shown_text{help_of(serve_command(defaults))};
  }
  auto setup = read_serve(arguments, env);
  if (setup) return std::move(setup->options);
  std::string message;
  for (const std::string& line : setup.error().lines) {
    message += fmt::format("{}logio serve: {}", message.empty() ? "" : "\n", line);
  }
  return usage_error{setup.error().exit_code, std::move(message)};
}

complete_options<check_options> complete_check(check_options& o) {
  if (!o.path.empty()) return o;
  return usage_error{base::exit_usage, "logio check: which file? Give its name; see logio check "
                                       "--help"};
}

/// The README's tables; scripts/flags puts them there.
std::string reference() {
  serve_options serve;
  check_options check;
  tail_flags tail;
  pipe_flags pipe;
  view_options view;
  ship_flags ship;
  healthcheck_flags healthcheck;
  std::string out;
  for (const command& c : {serve_command(serve), check_command(check), tail_command(tail),
                           pipe_command(pipe), view_command(view),
                           ship_command(ship), healthcheck_command(healthcheck)}) {
    out += fmt::format("{}### logio {}\n\n{}\n\n{}", out.empty() ? "" : "\n", c.name, c.summary,
                       c.flags.empty() ? fmt::format("`logio {} {}`\n", c.name, c.usage)
                                       : markdown_of(c));
  }
  return out;
}

bool is_marathon_flag(const std::string& word) {
  const std::string_view name = std::string_view(word).substr(0, word.find('='));
  if (name == "--marathon-url" || name == "--callback-url" || name == "--event-store") return true;
  return word.size() > 1 && word[0] == '-' && (word[1] == 'm' || word[1] == 'c' || word[1] == 'e');
}

usage_error no_marathon() {
  return {base::exit_usage, "logio: this version has no `marathon` command; it can `serve`"};
}

usage_error unknown_command(const std::string& word) {
  const std::vector<std::string> names{"serve", "check", "tail", "pipe", "view", "ship",
                                       "healthcheck",
                                       "version", "help"};
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

  if (name == "serve") return read_serve_command(arguments, env);
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
  if (name == "marathon") return no_marathon();
  return unknown_command(name);
}

}  // namespace logio::config
