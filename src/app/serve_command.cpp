#include <fmt/core.h>

#include <cstdio>
#include <string>

#include "commands.hpp"
#include "hub_process.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/log.hpp"
#include "sink_filter.hpp"

namespace logio::app {

int run_serve(const config::serve_options& options, const std::string& host_name) {
  base::configure_log(options.log);
  const auto bad = bad_selections(options.sinks, {}, options.pattern_bytes_max);
  for (const std::string& line : bad) std::fprintf(stderr, "logio serve: %s\n", line.c_str());
  if (!bad.empty()) return base::exit_configuration;
  auto process = hub_process::open(options, host_name);
  if (!process) {
    std::fprintf(stderr, "%s\n", process.error().message.c_str());
    return process.error().exit_code;
  }
  // A closed stdout is no reason not to serve.
  fmt::print("{}", (*process)->ready_lines());
  std::fflush(stdout);
  return (*process)->run();
}

}  // namespace logio::app
