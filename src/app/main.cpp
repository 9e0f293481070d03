// The program: finds the command and runs it.
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "commands.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/config/command_line.hpp"

namespace {

using namespace logio;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

struct runner {
  const std::string& host;
  void (*broken_pipe)(int);

  int operator()(const config::shown_text& shown) const {
    const bool all = std::fwrite(shown.text.data(), 1, shown.text.size(), stdout) ==
                     shown.text.size();
    return all && std::fflush(stdout) == 0 ? base::exit_ok : base::exit_cannot_create;
  }
  int operator()(const config::usage_error& error) const {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return error.exit_code;
  }
  int operator()(const config::serve_options& o) const { return app::run_serve(o, host); }
  int operator()(const config::check_options& o) const { return app::run_check(o); }
  int operator()(const config::tail_options& o) const { return app::run_tail(o); }
  int operator()(const config::top_options& o) const { return app::run_top(o); }
  int operator()(const config::pipe_options& o) const { return app::run_pipe(o); }
  int operator()(const config::run_options& o) const { return app::run_run(o, broken_pipe); }
  int operator()(const config::view_options& o) const { return app::run_view(o); }
  int operator()(const config::ship_options& o) const { return app::run_ship(o, host); }
  int operator()(const config::healthcheck_options& o) const { return app::run_healthcheck(o); }
};

}  // namespace

int main(int argc, char** argv) {
  const auto broken_pipe = std::signal(SIGPIPE, SIG_IGN);
  try {
    const std::string host = host_name();
    return std::visit(runner{host, broken_pipe},
                      config::read_command_line(std::vector<std::string>(argv + 1, argv + argc),
                                                config::environment::of_process(), host));
  } catch (const std::bad_alloc&) {
    std::fputs("logio: no memory left. Give it more, or lower its limits\n", stderr);
    return base::exit_cannot_create;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "logio: internal error: %s\n", e.what());
    return base::exit_internal;
  }
}
