#include "top_live.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "fail.hpp"
#include "logio/base/back_off.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/net/unique_fd.hpp"
#include "run_exec.hpp"
#include "terminal_mode.hpp"
#include "top_feed.hpp"
#include "top_screen.hpp"
#include "top_view.hpp"

namespace logio::app {
namespace {

using live_clock = std::chrono::steady_clock;

/// From now on these come as bytes, on all threads that are made later.
net::unique_fd take_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH}) {
    ::sigaddset(&set, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return net::unique_fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

class live_loop {
 public:
  live_loop(const config::top_options& o, const std::string& query,
            std::shared_ptr<const top_snapshot> first)
      : signals_(take_signals()), view_(o), feed_(o.hub, query, first),
        tries_(static_cast<std::uint64_t>(::getpid()), std::chrono::seconds(5)) {
    view_.show(std::move(first));
  }

  void run(terminal_mode& terminal) {
    terminal_ = &terminal;
    for (bool goes_on = true; goes_on;) {
      ask_when_due();
      if (!terminal_mode::write(screen_.update(view_.draw(terminal_mode::size())))) return;
      pollfd on[] = {{STDIN_FILENO, POLLIN, 0},
                     {signals_.get(), POLLIN, 0},
                     {feed_.descriptor(), POLLIN, 0}};
      const int ready = ::poll(on, 3, wait_ms());
      if (ready < 0 && errno != EINTR) return;
      if (ready == 0 && keys_.is_waiting()) goes_on = press(keys_.give_up());
      if (ready <= 0) continue;
      if (on[2].revents != 0) take_news();
      if (on[1].revents != 0) goes_on = take_signal();
      if (goes_on && on[0].revents != 0) goes_on = take_keys();
    }
  }

  bool is_busy() const { return feed_.is_busy(); }

 private:
  void ask_when_due() {
    const auto now = live_clock::now();
    if (lost_) view_.lose(why_, std::chrono::duration_cast<std::chrono::seconds>(now - *lost_));
    if (!asked_ && !view_.is_paused() && now >= (lost_ ? again_ : last_ + view_.interval())) {
      asked_ = true;
      last_ = now;
      feed_.ask();
    }
  }

  int wait_ms() const {
    constexpr int escape_ms = 50, away_ms = 1000, long_ms = 60'000;
    if (keys_.is_waiting()) return escape_ms;
    const int most = lost_ ? away_ms : long_ms;
    if (asked_ || view_.is_paused()) return most;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        (lost_ ? again_ : last_ + view_.interval()) - live_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, most));
  }

  void take_news() {
    auto news = feed_.take();
    if (!news) return;
    asked_ = false;
    if (news->snapshot != nullptr) {
      lost_.reset();
      tries_.reset();
      view_.show(std::move(news->snapshot));
      return;
    }
    if (!lost_) lost_ = live_clock::now();
    why_ = std::move(news->why);
    again_ = live_clock::now() + tries_.next();
  }

  bool take_signal() {
    signalfd_siginfo one{};
    while (::read(signals_.get(), &one, sizeof one) == static_cast<ssize_t>(sizeof one)) {
      const int number = static_cast<int>(one.ssi_signo);
      if (number == SIGTSTP && !stop()) return false;
      if (number == SIGCONT && !terminal_->take()) return false;
      if (ends_us(number)) return false;
      screen_.forget();
    }
    return true;
  }

  bool stop() {
    screen_.forget();
    return terminal_->stop_job();
  }

  bool take_keys() {
    char bytes[256];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (got <= 0) return false;
    return press(keys_.take({bytes, static_cast<std::size_t>(got)}));
  }

  bool press(const std::vector<key_event>& keys) {
    return std::ranges::all_of(keys, [this](const key_event& key) {
      if (key.text == "\x1a") return stop();
      if (key.text != "\x0c") return view_.press(key);
      screen_.forget();
      return true;
    });
  }

  const net::unique_fd signals_;
  terminal_mode* terminal_ = nullptr;
  top_view view_;
  top_feed feed_;
  base::back_off tries_;
  top_screen screen_;
  top_keys keys_;
  bool asked_ = false;
  live_clock::time_point last_, again_;
  std::optional<live_clock::time_point> lost_;
  std::string why_;
};

}  // namespace

int run_top_live(const config::top_options& options, const std::string& query,
                 std::shared_ptr<const top_snapshot> first) {
  bool busy = false;
  {
    live_loop loop(options, query, std::move(first));
    const auto terminal = terminal_mode::make();
    if (terminal == nullptr) {
      return fail("top", base::exit_unavailable,
                  "the terminal cannot be set up; --once prints without one");
    }
    loop.run(*terminal);
    busy = loop.is_busy();
  }
  // The other thread waits for a hub, and nobody for it.
  if (busy) std::_Exit(base::exit_ok);
  return base::exit_ok;
}

}  // namespace logio::app
