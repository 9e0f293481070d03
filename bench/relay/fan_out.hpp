/// What the relay and the sketch share: doors for connections, and subscribers that are all sent
/// the same bytes.
///
/// Thread safety:  belongs to one thread.
#pragma once

#include "../load/net.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace logio::bench {

/// A connection that is sent what all are sent. Dropped when its unsent bytes pass 256 MiB.
class fan_out_subscriber final : public handler {
 public:
  static constexpr std::size_t unsent_bytes_max = 256 * 1024 * 1024;

  fan_out_subscriber(descriptor socket, poller& events, std::string_view greeting)
      : socket_(std::move(socket)) {
    events.add(socket_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
    send(greeting);
  }

  bool gone() const { return gone_; }

  void send(std::string_view bytes) {
    if (!unsent_.empty()) {
      unsent_.append(bytes);
      gone_ = gone_ || unsent_.size() - unsent_from_ > unsent_bytes_max;
      return;
    }
    unsent_.append(bytes.substr(send_some(bytes)));
  }

  void on_ready(std::uint32_t events) override {
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      gone_ = true;
    }
    if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
      unsent_from_ += send_some(std::string_view(unsent_).substr(unsent_from_));
      if (unsent_from_ == unsent_.size()) {
        unsent_.clear();
        unsent_from_ = 0;
      }
    }
  }

 private:
  std::size_t send_some(std::string_view bytes) {
    std::size_t done = 0;
    while (done < bytes.size() && !gone_) {
      const ssize_t n =
          ::send(socket_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (n < 0) {
        gone_ = gone_ || errno != EAGAIN;
        break;
      }
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  descriptor socket_;
  std::string unsent_;
  std::size_t unsent_from_ = 0;
  bool gone_ = false;
};

/// Accepts on one port.
template <class Accept>
class door final : public handler {
 public:
  door(poller& events, Accept accept) : listener_(listen_anywhere()), accept_(std::move(accept)) {
    events.add(listener_.get(), EPOLLIN, *this);
  }

  unsigned port() const { return port_of(listener_); }

  void on_ready(std::uint32_t) override {
    descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() >= 0) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      accept_(std::move(socket));
    }
  }

 private:
  descriptor listener_;
  Accept accept_;
};

}  // namespace logio::bench
