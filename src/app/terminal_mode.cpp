#include "terminal_mode.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "run_exec.hpp"

namespace logio::app {

std::unique_ptr<terminal_mode> terminal_mode::make() {
  termios before{};
  if (::isatty(STDOUT_FILENO) == 0 || ::tcgetattr(STDIN_FILENO, &before) != 0) return nullptr;
  std::unique_ptr<terminal_mode> out(new terminal_mode(before));
  return out->take() ? std::move(out) : nullptr;
}

terminal_mode::~terminal_mode() { give_back(); }

bool terminal_mode::take() noexcept {
  termios raw = before_;
  ::cfmakeraw(&raw);
  raw.c_oflag |= OPOST;
  return ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 &&
         write("\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J");
}

void terminal_mode::give_back() noexcept {
  write("\x1b[0m\x1b[?25h\x1b[?1049l");
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

bool terminal_mode::stop_job() {
  give_back();
  raise_plainly(SIGTSTP, 0);
  return ::tcgetattr(STDIN_FILENO, &before_) == 0 && take();
}

terminal_size terminal_mode::size() noexcept {
  winsize of{};
  terminal_size out;
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &of) != 0) return out;
  if (of.ws_col != 0) out.columns = of.ws_col;
  if (of.ws_row != 0) out.rows = of.ws_row;
  return out;
}

bool terminal_mode::write(std::string_view bytes) noexcept {
  constexpr int patience_ms = 2000;
  while (!bytes.empty()) {
    pollfd room{STDOUT_FILENO, POLLOUT, 0};
    const int ready = ::poll(&room, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready != 1 || (room.revents & POLLOUT) == 0) return false;
    // A terminal takes part of what is too long, and waits with the rest.
    const ssize_t taken = ::write(STDOUT_FILENO, bytes.data(), bytes.size() < 512 ? bytes.size()
                                                                                  : 512);
    if (taken < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (taken <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
  return true;
}

}  // namespace logio::app
