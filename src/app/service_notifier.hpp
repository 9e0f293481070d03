/// Tells the service manager about this process: datagrams with lines such as `READY=1`.
///
/// Ownership:      owns its socket.
/// Thread safety:  one thread.
/// Errors:         where nobody takes what it says, it says so once in the log, and goes on.
/// Limits:         now() never waits; certainly() waits at most a second for room.
/// Source:         sd_notify(3).
#pragma once

#include <sys/un.h>

#include <string>
#include <string_view>

#include "logio/net/unique_fd.hpp"

namespace logio::app {

class service_notifier {
 public:
  /// `where` as in NOTIFY_SOCKET; empty: nobody is to be told.
  explicit service_notifier(const std::string& where);

  bool is_on() const noexcept { return static_cast<bool>(socket_); }

  /// Lost when the manager has no room: for what is said again and again.
  void now(std::string_view lines) { send(lines, true); }
  /// For what is said once.
  void certainly(std::string_view lines) { send(lines, false); }

 private:
  std::string open();
  void send(std::string_view lines, bool at_once);
  void warn(std::string_view why);

  std::string where_;
  sockaddr_un address_{};
  socklen_t address_bytes_ = 0;
  net::unique_fd socket_;
  bool warned_ = false;
};

}  // namespace logio::app
