/// Accepts connections on one address and hands them over, whatever happens.
///
/// An empty host listens dual stack, or on IPv4 alone where there is no IPv6; a name listens on all
/// of its addresses. There is no SO_REUSEPORT: a second hub on the port must fail and say so.
///
/// When the process or the system has no descriptor left, a spare one is given up to accept the
/// connection, tell it and close it: the peer is not left hanging, and the loop does not spin.
///
/// Ownership:      owns its sockets; borrows the io_context, which must outlive it.
/// Thread safety:  belongs to its io_context's thread; open() may run before that starts.
/// Errors:         open() returns a listen_failure. Accepting never ends by an error: it backs off,
///                 counts, and logs the first and the last of a series.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logio/net/connection_limit.hpp"
#include "logio/net/executor.hpp"
#include "logio/net/listen_address.hpp"
#include "logio/net/unique_fd.hpp"

namespace logio::net {

/// A connection that nobody serves yet: non-blocking, with stream options set.
struct accepted {
  unique_fd socket;
  tcp::endpoint peer;
  std::optional<connection_limit::ticket> ticket = {};  ///< counts it as long as it is served
};

class listener {
 public:
  using on_accept = std::function<void(accepted)>;
  /// Gets a connection for which there is no descriptor; it is closed on return.
  using on_overload = std::function<void(const accepted&)>;
  using opened = boost::system::result<std::unique_ptr<listener>, listen_failure>;

  /// Binds and listens: connections queue up in the kernel from now on.
  static opened open(asio::io_context& context, const listen_address& address);

  /// Serves sockets that listen already and that others hold as well: connections that come after
  /// stop() wait in the kernel's queue for who listens next. Its address is that of the first.
  /// REQUIRES: at least one; each is a TCP socket that listens.
  static std::unique_ptr<listener> adopt(asio::io_context& context, std::vector<unique_fd> sockets);

  listener(const listener&) = delete;
  ~listener();

  /// Calls `handler` for each connection, in the io_context's thread, until stop().
  void start(on_accept handler, on_overload overload);

  /// Closes the port; connections that nobody accepted are reset by the kernel, unless the sockets
  /// were adopted and somebody else still has them open.
  void stop();

  /// The address with the real port.
  const listen_address& address() const noexcept { return address_; }

  std::uint64_t accepted_count() const noexcept { return accepted_; }
  /// Connections closed at once for want of a descriptor.
  std::uint64_t overload_count() const noexcept { return overloads_; }

 private:
  struct socket;

  listener(asio::io_context& context, listen_address address);

  using socket_ptr = std::shared_ptr<socket>;

  void wait(const socket_ptr& s);
  void accept_some(const socket_ptr& s);
  int accept_one(socket& s);
  bool shed_one(socket& s);
  void back_off(const socket_ptr& s);
  void note_trouble(int error);
  void note_recovery();

  asio::io_context& context_;
  listen_address address_;
  std::vector<socket_ptr> sockets_;
  on_accept handler_;
  on_overload overload_;
  unique_fd spare_;
  std::uint64_t accepted_ = 0;
  std::uint64_t overloads_ = 0;
  bool troubled_ = false;
};

/// Whether the socket is bound to what `address` says, port included.
bool is_bound_to(int fd, const listen_address& address);

/// What the socket is bound to; an unspecified IPv6 address as an empty host.
listen_address bound_address(int fd);

}  // namespace logio::net
