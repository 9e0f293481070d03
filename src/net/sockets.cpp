#include "logio/net/sockets.hpp"

#include <fmt/core.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>

namespace logio::net {
namespace {

error_code set_int(int fd, int level, int name, int value) noexcept {
  if (::setsockopt(fd, level, name, &value, sizeof value) == 0) return {};
  return {errno, boost::system::system_category()};
}

asio::ip::address own_form(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

}  // namespace

error_code set_stream_options(int fd) noexcept {
  error_code first;
  const auto set = [&](int level, int name, int value) {
    if (const error_code e = set_int(fd, level, name, value); e && !first) first = e;
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, keepalive::idle_s);
  set(IPPROTO_TCP, TCP_KEEPINTVL, keepalive::interval_s);
  set(IPPROTO_TCP, TCP_KEEPCNT, keepalive::probes);
  return first;
}

void probe_half_closed(int fd) noexcept {
  set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive::idle_half_closed_s);
}

bool bound_send_buffer(int fd, std::chrono::microseconds round_trip_max) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
  const std::chrono::microseconds round_trip(info.tcpi_rtt);
  if (round_trip.count() == 0 || round_trip > round_trip_max) return false;
  return !set_int(fd, SOL_SOCKET, SO_SNDBUF, near_peer::send_buffer_bytes);
}

result<std::size_t> write_some(int fd, std::span<const iovec> pieces) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const ssize_t n = ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) return std::size_t{0};
    return error_code(errno, boost::system::system_category());
  }
}

result<std::size_t> read_some(int fd, std::span<char> into) noexcept {
  for (;;) {
    const ssize_t n = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EINTR) continue;
    return error_code(errno, boost::system::system_category());
  }
}

std::size_t unacknowledged_bytes(int fd) noexcept {
  int bytes = 0;
  if (::ioctl(fd, SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

void reset_on_close(int fd) noexcept {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string address_text(const tcp::endpoint& peer) {
  return own_form(peer.address()).to_string();
}

std::string to_string(const tcp::endpoint& peer) {
  const asio::ip::address address = own_form(peer.address());
  return fmt::format(fmt::runtime(address.is_v6() ? "[{}]:{}" : "{}:{}"), address.to_string(),
                     peer.port());
}

tcp protocol_of(int fd) noexcept {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  const bool known = ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0;
  return known && name.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

result<tcp_socket> adopt(const executor& ex, unique_fd fd) {
  tcp_socket socket(ex);
  error_code error;
  socket.assign(protocol_of(fd.get()), fd.get(), error);
  if (error) return error;
  fd.release();
  return socket;
}

std::uint64_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

unsigned usable_cpus() noexcept {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (::sched_getaffinity(0, sizeof mask, &mask) != 0) return 1;
  const int count = CPU_COUNT(&mask);
  return count < 1 ? 1 : static_cast<unsigned>(count);
}

}  // namespace logio::net
