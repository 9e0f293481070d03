#include "logio/config/check_options.hpp"

namespace logio::config {

command check_command(check_options& o) {
  command c;
  c.name = "check";
  c.brief = "check a configuration file";
  c.summary = "Checks a configuration file, without starting a hub.";
  c.usage = "FILE | --config FILE";
  c.examples = "  logio check /etc/logio.toml && logio serve --config /etc/logio.toml\n";
  c.operand = set_text(o.path);
  c.flags = {{.name = "config",
              .value = "FILE",
              .help = "the same, as logio serve is told it",
              .set = set_text(o.path)}};
  c.notes =
      "Everything that can be told without starting is checked as logio serve --config FILE would\n"
      "be told it here, with this environment: keys, values, sinks' URLs, patterns, files of\n"
      "secrets and certificates. Then it prints what the file configures, or every error.\n"
      "Exit codes: 0 ok, 64 usage, 78 errors.\n";
  return c;
}

}  // namespace logio::config
