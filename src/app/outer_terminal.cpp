#include "outer_terminal.hpp"

#include <unistd.h>

#include <cerrno>

namespace logio::app {

bool outer_terminal::is_there() {
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
}

bool outer_terminal::in_foreground() {
  const pid_t group = ::tcgetpgrp(STDIN_FILENO);
  return group == ::getpgrp() || (group < 0 && errno == ENOTTY);
}

winsize outer_terminal::size() {
  winsize out{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &out) != 0) out = {};
  return out;
}

termios outer_terminal::modes() {
  termios out{};
  ::tcgetattr(STDIN_FILENO, &out);
  if (!in_foreground()) {
    // It may be as a shell has it while it edits a line.
    out.c_iflag |= ICRNL;
    out.c_oflag |= OPOST | ONLCR;
    out.c_lflag |= ICANON | ISIG | ECHO | ECHOE | ECHOK | IEXTEN;
  }
  return out;
}

void outer_terminal::take() {
  termios raw{};
  if (::tcgetattr(STDIN_FILENO, &raw) != 0) return;
  if (!taken_) before_ = raw;
  ::cfmakeraw(&raw);
  taken_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void outer_terminal::give_back() {
  if (taken_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  taken_ = false;
}

}  // namespace logio::app
