/// Finds the addresses of a name, within a deadline.
///
/// The C library's resolver can take half a minute and cannot be called back, so it runs on a
/// thread of its own, which is left to itself when time is up. The next look-up then waits for the
/// same one: there is never more than one at a time. An address that is written as digits needs
/// neither thread nor resolver, and `localhost` is found also where no file names it (RFC 6761,
/// section 6.3).
///
/// Ownership:      shares what the thread writes with the thread.
/// Thread safety:  distinct objects.
/// Errors:         one line: `the name cannot be resolved (…)`, or that time was up.
#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "logio/net/interruption.hpp"

namespace logio::net {

struct found_address {
  sockaddr_storage name{};
  socklen_t bytes = 0;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&name); }
};

class name_lookup {
 public:
  using resolver = int (*)(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found);

  /// `socket_type` is SOCK_STREAM or SOCK_DGRAM.
  name_lookup(std::string host, std::uint16_t port, int socket_type,
              resolver resolve = &::getaddrinfo);

  /// True: addresses() are fresh, in the resolver's order, and at least one. False: error().
  bool run(const interruption& interrupted, deadline_time deadline);

  const std::vector<found_address>& addresses() const noexcept { return addresses_; }
  const std::string& error() const noexcept { return error_; }

 private:
  struct answer;

  bool take(const answer& from);
  void start();

  std::string host_, service_;
  int socket_type_;
  resolver resolve_;
  std::shared_ptr<answer> pending_;
  std::vector<found_address> addresses_;
  std::string error_;
};

}  // namespace logio::net
