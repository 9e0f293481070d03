/// A way to a peer over UDP, for a thread that has nothing else to do.
///
/// The socket is connected, so the kernel tells it when the peer's machine answers that nobody
/// listens there (ICMP). That news comes with a later send, or never.
///
/// Ownership:      owns the socket; a look-up that took too long is left to its own thread.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Errors:         error() is one line with the peer's address and the cause.
/// Limits:         datagram_bytes_max; what a network on the way takes may be less.
/// Source:         RFC 768, RFC 1122 section 4.1.3.3.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "logio/net/interruption.hpp"
#include "logio/net/unique_fd.hpp"

namespace logio::net {

class name_lookup;

class peer_datagrams {
 public:
  /// Over IPv4; IPv6 takes 20 more.
  static constexpr std::size_t datagram_bytes_max = 65'507;

  enum class sent : std::uint8_t {
    handed,    ///< the kernel has it
    too_long,  ///< for the kernel or the network; others may still be sent
    failed,    ///< error(); it was not sent
  };

  peer_datagrams(std::string host, std::uint16_t port);
  ~peer_datagrams();

  /// A fresh look-up of the name, then the first address to which there is a route; after each news
  /// that nobody listens the search begins one address further on.
  /// REQUIRES: not open.
  [[nodiscard]] bool open(deadline_time deadline);
  bool is_open() const noexcept { return static_cast<bool>(fd_); }

  /// One datagram of all the pieces. REQUIRES: open.
  [[nodiscard]] sent send(std::span<const iovec> pieces, deadline_time deadline);

  /// Whether news came that an earlier datagram met nobody: once per news, then error() is set.
  [[nodiscard]] bool refused();

  void close() noexcept { fd_.reset(); }

  /// Each wait, also a later one, ends at once: error() is then `…: interrupted`.
  void interrupt() noexcept { interruption_.raise(); }

  const std::string& address() const noexcept { return address_; }
  const std::string& error() const noexcept { return error_; }

 private:
  void fail(std::string_view why);

  std::string address_;
  interruption interruption_;
  std::unique_ptr<name_lookup> lookup_;
  unique_fd fd_;
  std::size_t refused_ = 0;  // times
  std::string error_;
};

}  // namespace logio::net
