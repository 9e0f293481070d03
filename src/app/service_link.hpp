/// What the service manager hears of the hub: ready, reloading, stopping, its status, its life.
///
///     READY=1  once it serves         RELOADING=1 … READY=1  around each reload
///     STATUS=  every 5 s, if other    STOPPING=1             at the signal
///     WATCHDOG=1  twice in each watchdog interval, each time after all I/O threads have answered
///
/// The answers come to the main thread, so that one that hangs, main or I/O, ends the WATCHDOG
/// lines, and the manager starts the hub again. A disk that hangs does not: a new hub would wait
/// for the same one, and `/readyz` tells of it.
///
/// Ownership:      borrows what `parts` names; all of it must outlive it.
/// Thread safety:  the main thread.
/// Limits:         see service_notifier; without a NOTIFY_SOCKET it does nothing at all.
/// Source:         sd_notify(3), sd_watchdog_enabled(3).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "alive_probe.hpp"
#include "logio/net/executor.hpp"
#include "service_environment.hpp"
#include "service_notifier.hpp"

namespace logio::hub {
class hub;
}

namespace logio::app {

class service_link {
 public:
  struct parts {
    asio::io_context& main;  ///< run by the main thread
    hub::hub& counted;       ///< whose numbers the status tells
    std::vector<net::executor> threads;
    std::string listening;   ///< where it listens, in words
  };

  service_link(const service_environment& manager, parts of);
  service_link(const service_link&) = delete;

  /// From now on the hub serves.
  void ready();
  void begin_reload();
  void end_reload();
  /// The hub is about to end within `most`; the manager is asked to wait so long.
  void stopping(std::chrono::milliseconds most);
  /// The main thread will not come back to say that it lives; what follows has a deadline.
  void leave();

 private:
  void keep_status();
  void keep_watchdog();
  std::string status();

  service_notifier notifier_;
  const std::chrono::microseconds watchdog_;
  const std::string listening_;
  hub::hub& hub_;
  alive_probe probe_;
  net::timer status_timer_, watchdog_timer_;
  std::string said_;
  std::uint64_t records_ = 0;  // when the status was made
  net::clock::time_point counted_at_;
  bool is_late_ = false;  // and it was said
  bool stopping_ = false;
};

}  // namespace logio::app
