#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include "commands.hpp"
#include "fail.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/filter/spec.hpp"
#include "pattern_check.hpp"
#include "record_printer.hpp"
#include "tail_stream.hpp"
#include "time_range.hpp"
#include "logio/base/clock.hpp"

namespace logio::app {
namespace {

/// Ends the program quietly when the reader of a pipe has gone, also while no line comes.
void watch_reader() {
  struct stat of {};
  if (::fstat(STDOUT_FILENO, &of) != 0 || !(S_ISFIFO(of.st_mode) || S_ISSOCK(of.st_mode))) return;
  std::thread([] {
    pollfd gone{STDOUT_FILENO, 0, 0};
    while (::poll(&gone, 1, -1) < 0 && errno == EINTR) {
    }
    std::_Exit(base::exit_ok);
  }).detach();
}

}  // namespace

int run_tail(const config::tail_options& options) {
  const auto refuse = [](const std::string& why) { return fail("tail", base::exit_usage, why); };
  filter::spec wanted;
  wanted.app = options.app;
  wanted.proc = options.proc;
  wanted.host = options.host;
  wanted.log = options.grep;
  wanted.exclude = options.exclude;
  if (options.match_partial) wanted.match = filter::mode::partial;
  const auto severity = read_severity(options.severity);
  if (!severity) return refuse(severity.error());
  wanted.severity = *severity;
  if (const auto compiled = compile_patterns(wanted); !compiled) return refuse(compiled.error());
  const auto range = read_time_range(options.since, options.until, base::unix_now_ns());
  if (!range) return refuse(range.error());

  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  const bool colors = options.color && (is_terminal || options.output.color ==
                                                           config::color_mode::always);
  auto printer = record_printer::make(options.output, options.grep, is_terminal, colors);
  if (!printer) return refuse(printer.error());
  watch_reader();
  return tail_stream(options, filter::to_query(wanted), std::move(*printer)).run();
}

}  // namespace logio::app
