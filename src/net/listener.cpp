#include "logio/net/listener.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "logio/base/log.hpp"
#include "logio/net/sockets.hpp"

namespace logio::net {
namespace {

using cause = listen_failure::cause;

constexpr int accepts_per_turn = 64;
constexpr auto back_off_time = std::chrono::milliseconds(100);
constexpr int port_tries = 16;  // for a name with several addresses that share a free port

struct bound {
  unique_fd fd;
  int error = 0;
};

std::string system_text(int error) { return boost::system::system_category().message(error); }

listen_failure describe(int error) {
  switch (error) {
    case EADDRINUSE:
      return {cause::in_use, "the port is in use",
              "Another program, perhaps another hub, listens there: end it or choose another "
              "port."};
    case EACCES:
    case EPERM:
      return {cause::no_permission, "no permission",
              "Ports below 1024 need root or CAP_NET_BIND_SERVICE: choose a higher port."};
    case EADDRNOTAVAIL:
      return {cause::no_such_address, "this machine does not have the address",
              "Name an address of this machine, or none to listen on all."};
    case EMFILE:
    case ENFILE:
      return {cause::system, "no descriptor is left", "Raise the limit of open files (ulimit -n)."};
    default:
      return {cause::system, system_text(error), "Choose another address or port."};
  }
}

bound bind_and_listen(const tcp::endpoint& where) {
  const bool v6 = where.address().is_v6();
  bound out;
  out.fd = unique_fd(
      ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  const int fd = out.fd.get();
  const int reuse = 1;  // a restart must not wait for connections of the run before
  const int only_v6 = where.address().is_unspecified() ? 0 : 1;
  const bool ok =
      fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) == 0 &&
      (!v6 || ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6) == 0) &&
      ::bind(fd, where.data(), static_cast<socklen_t>(where.size())) == 0 &&
      ::listen(fd, SOMAXCONN) == 0;
  if (!ok) out.error = errno;
  if (ok) set_stream_options(fd);
  return out;
}

bool lacks_ipv6(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

tcp::endpoint local_endpoint(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  tcp::endpoint endpoint;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) return endpoint;
  if (size > endpoint.capacity()) return endpoint;
  std::memcpy(endpoint.data(), &name, size);
  endpoint.resize(size);
  return endpoint;
}

std::uint16_t port_of(int fd) { return local_endpoint(fd).port(); }

boost::system::result<std::vector<tcp::endpoint>, listen_failure> resolve(
    const listen_address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(address.host.c_str(), nullptr, &hints, &found);
  if (code != 0) {
    return listen_failure{cause::cannot_resolve,
                          fmt::format("the host name '{}' cannot be resolved ({})", address.host,
                                      ::gai_strerror(code)),
                          "Write an address of this machine, or none to listen on all."};
  }
  std::vector<tcp::endpoint> out;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    tcp::endpoint endpoint;
    if (at->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), at->ai_addr, at->ai_addrlen);
    endpoint.resize(at->ai_addrlen);
    endpoint.port(address.port);
    out.push_back(endpoint);
  }
  ::freeaddrinfo(found);
  return out;
}

using descriptors = boost::system::result<std::vector<unique_fd>, listen_failure>;

descriptors open_everywhere(std::uint16_t port) {
  bound first = bind_and_listen({asio::ip::address_v6::any(), port});
  if (lacks_ipv6(first.error)) first = bind_and_listen({asio::ip::address_v4::any(), port});
  if (first.error != 0) return describe(first.error);
  std::vector<unique_fd> out;
  out.push_back(std::move(first.fd));
  return out;
}

/// Where the port is free to choose, all addresses must get the same one.
descriptors open_addresses(std::vector<tcp::endpoint> endpoints, bool any_port) {
  int error = 0;
  for (int i = 0; i < (any_port ? port_tries : 1); ++i) {
    std::vector<unique_fd> out;
    error = 0;
    for (tcp::endpoint& where : endpoints) {
      if (any_port) where.port(out.empty() ? 0 : port_of(out.front().get()));
      bound one = bind_and_listen(where);
      if (one.error == 0) {
        out.push_back(std::move(one.fd));
      } else if (endpoints.size() == 1 || !lacks_ipv6(one.error)) {
        error = one.error;
        break;
      }
    }
    if (error == 0 && !out.empty()) return out;
    if (error != 0 && error != EADDRINUSE) break;
  }
  return describe(error == 0 ? EADDRNOTAVAIL : error);
}

}  // namespace

struct listener::socket {
  socket(listener& l, asio::io_context& context, unique_fd descriptor)
      : owner(&l), acceptor(context), retry(context) {
    const int fd = descriptor.release();
    acceptor.assign(protocol_of(fd), fd);
  }

  listener* owner;  // null once the listener has stopped
  tcp_acceptor acceptor;
  timer retry;
};

listener::listener(asio::io_context& context, listen_address address)
    : context_(context),
      address_(std::move(address)),
      spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

listener::~listener() { stop(); }

listener::opened listener::open(asio::io_context& context, const listen_address& address) {
  descriptors fds = std::vector<unique_fd>{};
  if (address.host.empty()) {
    fds = open_everywhere(address.port);
  } else {
    auto endpoints = resolve(address);
    if (!endpoints) return endpoints.error();
    fds = open_addresses(std::move(*endpoints), address.port == 0);
  }
  if (!fds) return fds.error();
  listen_address real = address;
  real.port = port_of(fds->front().get());
  std::unique_ptr<listener> out(new listener(context, std::move(real)));
  for (unique_fd& fd : *fds) {
    out->sockets_.push_back(std::make_shared<socket>(*out, context, std::move(fd)));
  }
  return out;
}

std::unique_ptr<listener> listener::adopt(asio::io_context& context,
                                          std::vector<unique_fd> sockets) {
  std::unique_ptr<listener> out(new listener(context, bound_address(sockets.front().get())));
  for (unique_fd& fd : sockets) {
    set_stream_options(fd.get());
    out->sockets_.push_back(std::make_shared<socket>(*out, context, std::move(fd)));
  }
  return out;
}

void listener::start(on_accept handler, on_overload overload) {
  handler_ = std::move(handler);
  overload_ = std::move(overload);
  for (const socket_ptr& s : sockets_) wait(s);
}

void listener::stop() {
  for (const socket_ptr& s : sockets_) {
    s->owner = nullptr;
    error_code ignored;
    s->acceptor.close(ignored);
    s->retry.cancel();
  }
  sockets_.clear();
}

void listener::wait(const socket_ptr& s) {
  s->acceptor.async_wait(tcp_acceptor::wait_read, [s](error_code error) {
    if (s->owner == nullptr || error == asio::error::operation_aborted) return;
    s->owner->accept_some(s);
  });
}

void listener::accept_some(const socket_ptr& s) {
  for (int i = 0; i < accepts_per_turn; ++i) {
    const int error = accept_one(*s);
    if (s->owner == nullptr) return;  // the handler has stopped us
    switch (error) {
      case 0: note_recovery(); continue;
      case EAGAIN: wait(s); return;
      case EMFILE:
      case ENFILE:
        note_trouble(error);
        if (shed_one(*s)) continue;
        back_off(s);
        return;
      case ENOBUFS:
      case ENOMEM:
        note_trouble(error);
        back_off(s);
        return;
      default:
        // The connection went, or a firewall took it, before it was accepted: the next one.
        continue;
    }
  }
  wait(s);
}

int listener::accept_one(socket& s) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  unique_fd fd(::accept4(s.acceptor.native_handle(), reinterpret_cast<sockaddr*>(&name), &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return errno == EWOULDBLOCK ? EAGAIN : errno;
  accepted connection{std::move(fd), {}, {}};
  if (size <= connection.peer.capacity()) {
    std::memcpy(connection.peer.data(), &name, size);
    connection.peer.resize(size);
  }
  ++accepted_;
  handler_(std::move(connection));
  return 0;
}

bool listener::shed_one(socket& s) {
  if (!spare_) return false;
  spare_.reset();
  unique_fd fd(
      ::accept4(s.acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const bool shed = static_cast<bool>(fd);
  if (shed) {
    ++overloads_;
    if (overload_) overload_({std::move(fd), {}, {}});
  }
  fd.reset();
  spare_ = unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return shed;
}

void listener::back_off(const socket_ptr& s) {
  s->retry.expires_after(back_off_time);
  s->retry.async_wait([s](error_code error) {
    if (s->owner == nullptr || error) return;
    listener& self = *s->owner;
    if (!self.spare_) self.spare_ = unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    self.accept_some(s);
  });
}

void listener::note_trouble(int error) {
  if (troubled_) return;
  troubled_ = true;
  base::log(base::log_level::error, {"net"},
            "cannot accept connections on {}: {}; new ones are closed until others end. "
            "Remedy: raise the limit of open files or lower --connections-max",
            to_string(address_), system_text(error));
}

void listener::note_recovery() {
  if (!troubled_) return;
  troubled_ = false;
  base::log(base::log_level::info, {"net"}, "connections on {} are accepted again; {} were closed",
            to_string(address_), overloads_);
}

bool is_bound_to(int fd, const listen_address& address) {
  const tcp::endpoint bound = local_endpoint(fd);
  if (bound.port() != address.port) return false;
  if (address.host.empty()) return true;
  const auto meant = resolve(address);
  return meant && std::find(meant->begin(), meant->end(), bound) != meant->end();
}

listen_address bound_address(int fd) {
  const tcp::endpoint bound = local_endpoint(fd);
  const asio::ip::address host = bound.address();
  if (host.is_v6() && host.is_unspecified()) return {{}, bound.port()};
  return {host.to_string(), bound.port()};
}

}  // namespace logio::net
