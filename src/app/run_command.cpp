#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <thread>

#include "commands.hpp"
#include "fail.hpp"
#include "publishing.hpp"
#include "run_child.hpp"
#include "run_pump.hpp"
#include "run_session.hpp"

namespace logio::app {
namespace {

constexpr std::string_view fields_of_errors = R"({"stream":"stderr"})";

net::unique_fd make_event() {
  net::unique_fd out(::eventfd(0, EFD_CLOEXEC));
  if (!out) throw std::system_error(errno, std::generic_category(), "eventfd");
  return out;
}

void raise_event(int fd) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(fd, &one, sizeof one);
}

[[noreturn]] void end_at_once(int number) {
  end_by_signal(number, ::getpid());
  ::_exit(128 + number);
}

/// Until the command has ended and all that it has printed is passed on.
void relay(run_child& child, run_pump& output, run_pump& errors, int changed) {
  bool finishing = false;
  while (!child.ended() || !output.done() || !errors.done()) {
    if (child.ended() && !finishing) {
      output.finish();
      errors.finish();
      finishing = true;
    }
    // Once all bytes are out, only the command's end is to come.
    pollfd wanted[] = {{child.signals(), POLLIN, 0}, {changed, POLLIN, 0}};
    if (::poll(wanted, 2, -1) < 0) continue;  // EINTR
    if (wanted[1].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t n = ::read(changed, &count, sizeof count);
    }
    if (wanted[0].revents == 0) continue;
    const int late = child.handle();
    // Nobody reads our output, and the command is gone: it is meant for us.
    if (ends_us(late)) end_at_once(late);
  }
}

/// Waits for the hub; a signal that ends this program ends the waiting.
void finish(publishing& to_hub, int signals) {
  const net::unique_fd done = make_event();
  std::thread watch([&] {
    for (;;) {
      pollfd wanted[] = {{signals, POLLIN, 0}, {done.get(), POLLIN, 0}};
      if (::poll(wanted, 2, -1) < 0) continue;  // EINTR
      if (wanted[1].revents != 0) return;
      signalfd_siginfo info{};
      if (::read(signals, &info, sizeof info) != sizeof info) continue;
      const int number = static_cast<int>(info.ssi_signo);
      if (!ends_us(number)) continue;
      to_hub.tell_loss();
      end_at_once(number);
    }
  });
  (void)to_hub.finish();
  raise_event(done.get());
  watch.join();
}

int run_on_pipes(const config::run_options& options, void (*broken_pipe)(int)) {
  run_child child;
  if (const auto error = child.start(options.command, broken_pipe)) {
    return fail("run", error->exit_code, error->message);
  }
  const net::unique_fd changed = make_event();
  publishing to_hub("run", options);
  {
    run_pump output({.from = child.take_output(), .to = STDOUT_FILENO}, changed.get(), to_hub);
    run_pump errors({.from = child.take_errors(), .to = STDERR_FILENO, .fields = fields_of_errors},
                    changed.get(), to_hub);
    relay(child, output, errors, changed.get());
  }
  finish(to_hub, child.signals());
  return end_alike(child.status(), ::getpid());
}

int run_on_terminal(const config::run_options& options, void (*broken_pipe)(int)) {
  run_session session;
  if (const auto error = session.start(options.command, broken_pipe)) {
    return fail("run", error->exit_code, error->message);
  }
  const net::unique_fd changed = make_event();
  net::unique_fd errors_from = session.take_errors();
  publishing to_hub("run", options, static_cast<bool>(errors_from));
  {
    run_pump output({.from = session.take_output(), .to = STDOUT_FILENO, .from_terminal = true},
                    changed.get(), to_hub);
    std::optional<run_pump> errors;
    if (errors_from) {
      errors.emplace(run_pump::stream{.from = std::move(errors_from), .to = STDERR_FILENO,
                                      .fields = fields_of_errors},
                     changed.get(), to_hub);
    }
    session.relay(output, errors ? &*errors : nullptr, changed.get());
  }
  finish(to_hub, session.signals());
  return session.end_alike();
}

}  // namespace

int run_run(const config::run_options& options, void (*broken_pipe)(int)) {
  occupy_standard_descriptors();
  if (options.terminal && outer_terminal::is_there()) return run_on_terminal(options, broken_pipe);
  return run_on_pipes(options, broken_pipe);
}

}  // namespace logio::app
