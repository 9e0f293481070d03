/// A terminal that a full-screen program has for itself, and gives back as it was.
///
/// Plain ECMA-48 and xterm sequences, no terminfo: a static binary has no data base of terminals at
/// hand, and those in use know the few that are needed.
///
/// Ownership:      one at a time; its end restores the terminal, also while an exception unwinds.
/// Thread safety:  the thread that made it.
/// Errors:         make() gives nothing where there is no terminal to be had.
/// Limits:         a terminal that takes nothing for 2 s is left as it is.
/// Source:         POSIX termios; ECMA-48; xterm control sequences (DECSET 1049, DECTCEM).
#pragma once

#include <termios.h>

#include <memory>
#include <string_view>

namespace logio::app {

struct terminal_size {
  unsigned columns = 80, rows = 24;
};

class terminal_mode {
 public:
  /// Raw bytes from stdin, stdout on its alternate screen without a cursor.
  static std::unique_ptr<terminal_mode> make();
  terminal_mode(const terminal_mode&) = delete;
  ~terminal_mode();

  /// Gives the terminal back, stops this job as Ctrl-Z does, and has the terminal again when the
  /// shell continues it. False: it cannot be had any more.
  bool stop_job();

  /// Has it (again), as after a SIGSTOP from which a shell has continued this job.
  bool take() noexcept;

  static terminal_size size() noexcept;

  /// All of it; false: it cannot be had or the terminal takes nothing.
  static bool write(std::string_view bytes) noexcept;

 private:
  explicit terminal_mode(const termios& before) : before_(before) {}
  void give_back() noexcept;

  termios before_;
};

}  // namespace logio::app
