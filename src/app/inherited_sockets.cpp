#include "inherited_sockets.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "logio/base/exit_code.hpp"
#include "logio/net/listener.hpp"

namespace logio::app {
namespace {

constexpr int first_inherited = 3;
constexpr int inherited_max = 64;

struct port_use {
  std::string_view name;  // in FileDescriptorName=
  std::string_view flag;
  const std::string& address;
  std::vector<net::unique_fd>& sockets;
};

int option_of(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

/// What makes the descriptor useless, and what to do; empty: nothing.
std::string fault_of(int fd) {
  if (::fcntl(fd, F_GETFD) < 0) {
    return "it is not open. Give as many descriptors as LISTEN_FDS says";
  }
  const int type = option_of(fd, SO_TYPE);
  if (type < 0) return "it is no socket. Give only sockets (ListenStream=)";
  const int family = option_of(fd, SO_DOMAIN);
  if (type != SOCK_STREAM || (family != AF_INET && family != AF_INET6)) {
    return "it is not for TCP. Write ListenStream= with a port or an address and a port";
  }
  if (option_of(fd, SO_ACCEPTCONN) != 1) {
    return "it does not listen. Write Accept=no, and hand over sockets after listen(2)";
  }
  return {};
}

bool make_ours(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
         ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

bool is_for(const port_use& use, int fd) {
  if (use.address.empty()) return false;
  const auto address = net::parse_listen_address(use.address);
  return address && address->port != 0 && net::is_bound_to(fd, *address);
}

/// Of `names`, which are separated by `:`, the first; it is taken off.
std::string_view next_name(std::string_view& names) {
  const std::size_t end = std::min(names.find(':'), names.size());
  const std::string_view name = names.substr(0, end);
  names.remove_prefix(std::min(end + 1, names.size()));
  return name;
}

/// Puts the socket where it belongs; says why it belongs nowhere.
std::string sort_in(net::unique_fd fd, std::string_view name, std::span<const port_use> uses) {
  for (const port_use& use : uses) {
    if (use.name == name) return use.sockets.push_back(std::move(fd)), "";
  }
  for (const port_use& use : uses) {
    if (is_for(use, fd.get())) return use.sockets.push_back(std::move(fd)), "";
  }
  std::string known;
  for (const port_use& use : uses) {
    if (use.address.empty()) continue;
    known += fmt::format("{}--{} {}", known.empty() ? "" : ", ", use.flag, use.address);
  }
  return fmt::format("it listens on {}, which is none of {}. Name it publish, subscribe or events "
                     "(FileDescriptorName=), or make the addresses equal",
                     net::to_string(net::bound_address(fd.get())), known);
}

}  // namespace

boost::system::result<inherited_sockets, start_failure> take_inherited(
    const service_environment& manager, const config::serve_options& options) {
  inherited_sockets out;
  if (manager.listen_fds.empty()) return {boost::system::in_place_value, std::move(out)};
  const auto failed = [&](std::string why) {
    return start_failure{base::exit_configuration,
                         fmt::format("logio {}: {}", options.command_name, why)};
  };
  int count = 0;
  const char* const end = manager.listen_fds.data() + manager.listen_fds.size();
  const auto [rest, error] = std::from_chars(manager.listen_fds.data(), end, count);
  if (error != std::errc{} || rest != end || count < 0 || count > inherited_max) {
    return failed(fmt::format("LISTEN_FDS is '{}', which is no number up to {}. Let the service "
                              "manager set it, or unset it",
                              manager.listen_fds, inherited_max));
  }
  const port_use uses[] = {
      {"publish", "publish-listen", options.publish_listen, out.publish},
      {"subscribe", "subscribe-listen", options.subscribe_listen, out.subscribe},
      {"events", "events-listen", options.events_listen, out.events}};
  std::string_view names = manager.listen_fd_names;
  for (int fd = first_inherited; fd < first_inherited + count; ++fd) {
    const std::string_view name = next_name(names);
    std::string fault = fault_of(fd);
    if (fault.empty() && !make_ours(fd)) fault = std::strerror(errno);
    if (fault.empty()) fault = sort_in(net::unique_fd(fd), name, uses);
    if (fault.empty()) continue;
    return failed(fmt::format("cannot listen on the inherited descriptor {}{}: {}", fd,
                              name.empty() ? "" : fmt::format(" ('{}')", name), fault));
  }
  return {boost::system::in_place_value, std::move(out)};
}

}  // namespace logio::app
