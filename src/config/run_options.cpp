#include "logio/config/run_options.hpp"

#include <utility>

#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

/// `/usr/sbin/nginx` -> `nginx`
std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

command run_command(run_flags& f) {
  command c;
  c.name = "run";
  c.brief = "run a command, and publish what it prints";
  c.summary = "Runs a command, and publishes the lines of its standard output and standard error.";
  c.usage = "-a APP [FLAG]... [--] CMD [ARG]...";
  c.examples =
      "  logio run -a shop -p web -- ./my-app --port 8080\n"
      "  LOGIO_URL='logio://hub?app=shop' logio run nginx -g 'daemon off;'\n";
  c.operand = add_text(f.command);
  c.operands = true;
  c.operands_end_flags = true;
  c.flags = publisher_flags(f, "CMD's name", "5s");
  c.flags.push_back({.name = "no-terminal",
                     .letter = 'T',
                     .help = "pipes for CMD also on a terminal; so its stderr is told apart",
                     .set = set_switch(f.no_terminal)});
  c.notes =
      "CMD's output goes on to standard output and standard error, whatever the hub does; what\n"
      "came from standard error has the field stream=stderr. Signals go on to CMD.\n"
      "On a terminal CMD has one, too: keys, job control, sizes and full screens are as without\n"
      "run, and standard error is not told apart. Published are the lines as one reads them.\n"
      "Exit codes: CMD's own, or the signal that ended it; 64 usage, 78 LOGIO_URL, 126 CMD cannot\n"
      "be run, 127 there is no CMD.\n";
  return c;
}

complete_options<run_options> complete(const run_flags& flags, const environment& env,
                                       const std::string& local_host) {
  if (flags.command.empty() || flags.command.front().empty()) {
    return usage_error{base::exit_usage,
                       "logio run: which command? Write it behind the flags: logio run -a APP -- "
                       "CMD [ARG]..."};
  }
  auto to = find_publish_target(flags, env, local_host, "run", last_part(flags.command.front()));
  if (!to) return to.error();
  return run_options{std::move(*to), flags.command, !flags.no_terminal};
}

}  // namespace logio::config
