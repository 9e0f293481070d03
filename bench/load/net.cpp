#include "net.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace logio::bench {

namespace {

int checked(int result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

descriptor::~descriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

descriptor connect_to(std::uint16_t port, int receive_bytes) {
  descriptor out(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  if (receive_bytes != 0) {
    checked(::setsockopt(out.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes),
            "SO_RCVBUF");
  }
  const int on = 1;
  checked(::setsockopt(out.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  const sockaddr_in address = loopback(port);
  checked(::connect(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
  int nonblocking = 1;
  checked(::ioctl(out.get(), FIONBIO, &nonblocking), "FIONBIO");
  return out;
}

descriptor listen_anywhere() {
  descriptor out(
      checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  const sockaddr_in address = loopback(0);
  checked(::bind(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(::listen(out.get(), 128), "listen");
  return out;
}

std::uint16_t port_of(const descriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

bool is_closed_by_peer(const descriptor& socket) {
  pollfd entry{socket.get(), POLLRDHUP, 0};
  checked(::poll(&entry, 1, 0), "poll");
  return (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void raise_descriptor_limit() {
  rlimit limit{};
  checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  checked(::sched_setaffinity(0, sizeof cores, &cores), "sched_setaffinity");
}

poller::poller() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void poller::add(int fd, std::uint32_t events, handler& who) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &who;
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void poller::remove(int fd) {
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr), "epoll_ctl");
}

void poller::poll(int timeout_ms) {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms);
  if (count < 0 && errno != EINTR) {
    checked(count, "epoll_wait");
  }
  for (int i = 0; i < count; ++i) {
    static_cast<handler*>(events[static_cast<std::size_t>(i)].data.ptr)
        ->on_ready(events[static_cast<std::size_t>(i)].events);
  }
}

}  // namespace logio::bench
