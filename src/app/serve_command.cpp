#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "commands.hpp"
#include "hub_process.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/log.hpp"
#include "service_environment.hpp"
#include "sink_filter.hpp"

namespace logio::app {

namespace {

constexpr std::chrono::seconds destruction_time{2};

}  // namespace

int run_serve(const config::serve_options& options, const std::string& host_name) {
  base::configure_log(options.log);
  const service_environment manager = take_service_environment();
  const auto bad = bad_selections(options.sinks, {}, options.pattern_bytes_max);
  for (const std::string& line : bad) {
    std::fprintf(stderr, "logio %s: %s\n", options.command_name.c_str(), line.c_str());
  }
  if (!bad.empty()) return base::exit_configuration;
  auto process = hub_process::open(options, host_name, manager);
  if (!process) {
    std::fprintf(stderr, "%s\n", process.error().message.c_str());
    return process.error().exit_code;
  }
  for (const std::string& line : options.warnings) {
    base::log(base::log_level::warn, {"config"}, "{}", line);
  }
  if (!options.store_greeting.empty()) fmt::print("{}\n", options.store_greeting);
  // A closed stdout is no reason not to serve.
  fmt::print("{}", (*process)->ready_lines());
  std::fflush(stdout);
  const int code = (*process)->run();
  // All is written. What a library's threads still wait for must not keep the process.
  std::thread([code] {
    std::this_thread::sleep_for(destruction_time);
    std::_Exit(code);
  }).detach();
  process->reset();
  return code;
}

}  // namespace logio::app
