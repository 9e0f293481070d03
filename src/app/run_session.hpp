/// The command of `logio run` on a pseudo-terminal: keys, sizes, signals, stops, its end.
///
///     terminal --keys--> run_session --> master | pseudo-terminal | command
///     terminal <------------ run_pump <-- master |
///
/// A key that stops the command stops this program too, with the terminal given back, so that the
/// shell around it sees a stopped job; when the shell continues it, the command goes on. In the
/// shell's background the command is in its terminal's background as well, where reading stops it;
/// once a second it is looked whether this job has come to the foreground.
///
/// Ownership:      owns the descriptors; its end ends the monitor, and gives the terminal back.
/// Thread safety:  one thread; start() before there are others.
/// Errors:         start_error, as run_child; std::system_error.
#pragma once

#include <sys/signalfd.h>

#include <optional>
#include <string>

#include "outer_terminal.hpp"
#include "run_exec.hpp"
#include "run_monitor.hpp"
#include "run_pump.hpp"

namespace logio::app {

class run_session {
 public:
  std::optional<start_error> start(const std::vector<std::string>& command,
                                   void (*broken_pipe)(int));

  int signals() const noexcept { return signals_.get(); }
  /// The master's side; its reader must be given to relay().
  net::unique_fd take_output();
  /// None: standard error is the terminal as well.
  net::unique_fd take_errors() { return std::move(errors_); }

  /// Until the command has ended and all that it has printed is passed on. `errors` may be null.
  void relay(run_pump& output, run_pump* errors, int changed);

  /// Ends this process as the command ended, or gives back its exit code.
  int end_alike() const;

 private:
  bool ended() const noexcept { return status_.has_value(); }
  void wait(int changed);
  void take_signal();
  void take_report(run_pump& output);
  void take_keys();
  void write_keys();
  void stop(int number, run_pump& output);
  void go_on();
  void come_to_foreground();
  void resize() const;
  void request(monitor_request::what kind, int number = 0) const;
  void note_interrupt();

  outer_terminal outer_;
  net::unique_fd signals_, control_, master_, errors_;
  pid_t monitor_ = -1;
  std::string keys_;  // not yet taken by the pseudo-terminal
  bool keys_come_ = true, stopped_ = false, interrupted_ = false;
  bool report_came_ = false;
  std::optional<int> status_;
};

}  // namespace logio::app
