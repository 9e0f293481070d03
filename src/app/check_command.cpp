#include <fmt/core.h>

#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/quantity.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/serve_setup.hpp"
#include "setup_check.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

std::string patterns_of(const sink::selection& s) {
  std::string out;
  const auto add = [&out](std::string_view name, const std::vector<std::string>& patterns) {
    for (const std::string& p : patterns) out += fmt::format(" {}={}", name, p);
  };
  add("app", s.app);
  add("proc", s.proc);
  add("host", s.host);
  add("log", s.log);
  add("exclude", s.exclude);
  if (!s.severity.empty()) out += " severity=" + s.severity;
  return out.empty() ? " everything" : out;
}

std::string describe(const config::serve_options& o) {
  std::string out;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "  publishers   {}\n  subscribers  {}\n", o.publish_listen,
                 o.subscribe_listen);
  if (!o.events_listen.empty()) fmt::format_to(to, "  events       {}\n", o.events_listen);
  if (!o.marathon.nodes.empty()) {
    fmt::format_to(to, "  marathon     {}, {}\n", o.marathon.shown_url,
                   o.marathon.callback_url.empty() ? "its event stream"
                                                   : "callbacks to " + o.marathon.callback_url);
  }
  for (const std::string& line : o.warnings) fmt::format_to(to, "  warning      {}\n", line);
  if (o.data_dir.empty()) {
    fmt::format_to(to, "  journal      none: the log is as long as the ring, {}\n",
                   base::format_size(o.ring_bytes));
  } else {
    fmt::format_to(to, "  journal      {}, at most {} and {}, fsync {}{}\n", o.data_dir,
                   base::format_size(o.journal_bytes_max),
                   base::format_duration(o.journal_age_max), to_string(o.fsync),
                   o.segment_compression == journal::segment_compression::zstd ? ", zstd" : "");
  }
  for (const sink::sink_options& s : o.sinks) {
    const bool spill =
        s.on_full ? *s.on_full == sink::when_full::spill : !o.data_dir.empty();
    fmt::format_to(to, "  sink         {}: {}\n               takes{}; on_full={}\n", s.name,
                   s.shown_url, patterns_of(s.selection), spill ? "spill" : "drop_oldest");
  }
  return out;
}

}  // namespace

int run_check(const config::check_options& options) {
  const std::vector<std::string> arguments{"--config", options.path};
  const auto setup = config::read_serve(arguments, config::environment::of_process());
  const std::vector<std::string> errors = all_errors(setup);
  for (const std::string& line : errors) std::fprintf(stderr, "%s\n", visible(line).c_str());
  if (!errors.empty()) return base::exit_configuration;
  const std::string text =
      fmt::format("{}: ok\n{}", options.path, describe(setup->options));
  fmt::print("{}", visible(text));
  return std::fflush(stdout) == 0 ? base::exit_ok : base::exit_cannot_create;
}

}  // namespace logio::app
