#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

#include "commands.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "ship_setup.hpp"

namespace logio::app {
namespace {

using base::log_level;
using sink::clock;
using std::chrono::milliseconds;

constexpr milliseconds look_interval{200};
constexpr std::chrono::seconds story_interval{60};
/// An end that waits for its sink has no deadline.
constexpr std::chrono::hours for_ever{24 * 365 * 10};
constexpr std::size_t reason_bytes_max = 4096;

/// SIGINT and SIGTERM of the process, as values. REQUIRES: made before any thread.
class signals {
 public:
  signals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  /// Whether one came within `wait`.
  bool wait_for(milliseconds wait) {
    timespec left{};
    left.tv_nsec = wait.count() * 1'000'000;
    return ::sigtimedwait(&set_, nullptr, &left) > 0;
  }

 private:
  sigset_t set_{};
};

/// How it goes: on a terminal a line that is drawn anew, else a line in the log once a minute.
class story {
 public:
  explicit story(const ship& of) : of_(of), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void tell() {
    const auto now = clock::now();
    if (now < next_) return;
    next_ = now + (terminal_ ? milliseconds(500) : milliseconds(story_interval));
    const sink::sink_status s = of_.run->status();
    const double seconds = std::chrono::duration<double>(now - since_).count();
    const std::uint64_t sent = s.sent_records + s.resent_records;
    const double rate = seconds > 0 ? static_cast<double>(sent - sent_) / seconds : 0;
    since_ = now;
    const bool moved = std::exchange(sent_, sent) != sent;
    if (terminal_) return draw(s, rate);
    if (moved && std::exchange(begun_, true)) {
      base::log(log_level::info, ship_log, "{} records delivered, {} waiting{}", sent,
                s.source.waiting, part());
    }
    begun_ = true;
  }

  void end() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
  }

 private:
  std::string part() const {
    const std::uint64_t total = of_.input->told().bytes_total;
    if (total == 0) return {};
    return fmt::format(", {} % of {} read", of_.input->told().bytes * 100 / total,
                       base::format_size(total));
  }

  void draw(const sink::sink_status& s, double rate) {
    drawn_ = true;
    const std::string line = fmt::format(
        "\r\x1b[Klogio ship: {} records, {:.0f}/s, {} waiting{}{}", sent_, rate, s.source.waiting,
        part(), s.state == sink::sink_state::back_off ? ", the sink does not take them" : "");
    std::fputs(line.c_str(), stderr);
  }

  const ship& of_;
  const bool terminal_;
  bool drawn_ = false, begun_ = false;
  std::uint64_t sent_ = 0;
  clock::time_point next_ = clock::now() + look_interval, since_ = clock::now();
};

/// Why the first dead letter was refused; empty when that cannot be read.
std::string first_reason(const sink::dead_letters& dead) {
  constexpr std::string_view begin = R"({"reason":)", behind = R"(,"refused_at":)";
  std::uint64_t at = 0;
  const auto lines = dead.read(at, reason_bytes_max);
  if (!lines || !lines->starts_with(begin)) return {};
  const std::size_t end = lines->find(behind);
  if (end == std::string::npos) return {};
  return lines->substr(begin.size(), end - begin.size());
}

/// One line that tells how it ended. Returns the exit code.
int conclude(const config::ship_options& o, const ship& done, bool interrupted) {
  const sink::sink_status s = done.run->status();
  const ship_reading& read = done.input->told();
  const std::uint64_t dead = done.run->dead().count();
  std::string line = fmt::format("{} records delivered", s.sent_records);
  if (s.resent_records != 0) line += fmt::format(", {} dead letters too", s.resent_records);
  if (s.dead_records != 0) {
    line += fmt::format(", {} refused, the first because of {}", s.dead_records,
                        first_reason(done.run->dead()));
    if (o.state.empty()) line += " (with --state DIR they are kept)";
  }
  if (dead != 0 && !o.state.empty()) {
    line += fmt::format(", {} dead letters in {}/{}/dead.ndjson", dead, o.state, o.sink.name);
  }
  if (read.refused != 0) line += fmt::format(", {} lines held no record", read.refused.load());
  if (read.missed != 0) line += fmt::format(", {} records were missing", read.missed.load());
  const bool kafka = std::holds_alternative<config::ship_from_kafka>(o.from);
  const bool stream = std::holds_alternative<config::ship_from_stream>(o.from);
  const bool goes_on = kafka || (!stream && !o.state.empty());
  if (s.source.waiting != 0) {
    line += fmt::format(", {} read and not delivered{}{}", s.source.waiting,
                        s.last_error.empty() ? "" : ": ", s.last_error);
    if (goes_on) line += "; the next run begins with them";
  }
  std::fprintf(stderr, "logio ship: %s\n", line.c_str());
  const bool whole = read.failure.empty() && s.dead_records == 0 && read.refused == 0 &&
                     read.missed == 0 && (s.source.waiting == 0 || goes_on);
  const bool ended_well = !interrupted || !stream;
  return whole && ended_well ? base::exit_ok : base::exit_unavailable;
}

}  // namespace

int run_ship(const config::ship_options& options, const std::string& host_name) {
  signals wanted;
  auto made = make_ship(options, host_name);
  if (!made) {
    std::fprintf(stderr, "logio ship: %s\n", made.error().message.c_str());
    return made.error().exit_code;
  }
  ship& it = *made;
  if (options.resend) it.run->resend();
  it.run->start();
  std::thread reader([&it] { it.input->run(); });
  story told(it);
  bool interrupted = false, draining = false;
  while (!it.run->ended()) {
    if (wanted.wait_for(look_interval)) {
      if (std::exchange(interrupted, true)) {
        it.run->cut_off();
      } else {
        told.end();
        base::log(log_level::info, ship_log, "ends behind what is being delivered");
        it.source->stop();
        it.run->hand_over(clock::now() + options.sink.timeout);
      }
    }
    if (!interrupted && !draining && it.source->has_ended()) {
      draining = true;
      it.run->drain(clock::now() + for_ever, false);
    }
    told.tell();
  }
  told.end();
  it.source->finish();
  reader.join();
  it.run->join();
  return conclude(options, it, interrupted);
}

}  // namespace logio::app
