#include "service_notifier.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "logio/base/log.hpp"
#include "logio/base/result.hpp"

namespace logio::app {

service_notifier::service_notifier(const std::string& where) : where_(where) {
  if (where.empty()) return;
  const std::string why = open();
  if (!why.empty()) warn(why);
}

/// Why it cannot; empty: it is open.
std::string service_notifier::open() {
  const bool is_path = where_.front() == '/';
  if (!is_path && where_.front() != '@') return "it is neither a path nor a name behind @";
  if (where_.size() >= sizeof address_.sun_path) return "it is too long for a socket";
  address_.sun_family = AF_UNIX;
  std::memcpy(address_.sun_path, where_.data(), where_.size());
  if (!is_path) address_.sun_path[0] = '\0';
  // A path has a zero at its end, a name behind @ has none.
  address_bytes_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + where_.size() +
                                          (is_path ? 1 : 0));
  socket_ = net::unique_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_) return error_code(errno, boost::system::system_category()).message();
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return {};
}

void service_notifier::send(std::string_view lines, bool at_once) {
  if (!socket_) return;
  // By address and not connected: the manager may have been started again.
  const ssize_t sent = ::sendto(
      socket_.get(), lines.data(), lines.size(), MSG_NOSIGNAL | (at_once ? MSG_DONTWAIT : 0),
      reinterpret_cast<const sockaddr*>(&address_), address_bytes_);
  if (sent >= 0 || (at_once && errno == EAGAIN)) return;
  warn(error_code(errno, boost::system::system_category()).message());
}

void service_notifier::warn(std::string_view why) {
  if (warned_) return;
  warned_ = true;
  base::log(base::log_level::warn, {"service"},
            "nobody can be told at the NOTIFY_SOCKET '{}' that the hub is ready: {}. Serving all "
            "the same; where a service manager waits for it, look at the unit's NotifyAccess=",
            where_, why);
}

}  // namespace logio::app
