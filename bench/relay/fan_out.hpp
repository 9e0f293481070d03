/// What the relay and the sketch share: doors for connections, publishers that are read, and
/// subscribers that are all sent the same bytes.
///
/// Thread safety:  belongs to one thread.
#pragma once

#include "../load/net.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// A connection that is read from; what is done with the bytes is its heir's affair.
class fan_out_publisher : public handler {
 public:
  fan_out_publisher(descriptor socket, poller& events) : socket_(std::move(socket)) {
    events.add(socket_.get(), EPOLLIN, *this);
  }

  bool gone() const { return gone_; }

 protected:
  /// Reads what is there; 0: nothing is, or the peer has gone.
  std::size_t read(std::span<char> into) {
    const ssize_t n = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (n > 0) return static_cast<std::size_t>(n);
    gone_ = n == 0 || errno != EAGAIN;
    return 0;
  }

  bool gone_ = false;

 private:
  descriptor socket_;
};

/// Both doors and everybody who came in by them.
template <class Publisher>
class fan_out {
 public:
  /// `make(socket, events)` makes a publisher; `after_poll()` runs after each round of events.
  template <class Make, class AfterPoll>
  [[noreturn]] void run(std::string_view greeting, Make make, AfterPoll after_poll) {
    door subscribers(events_, [&](descriptor socket) {
      subscribers_.push_back(
          std::make_unique<fan_out_subscriber>(std::move(socket), events_, greeting));
    });
    door publishers(events_, [&](descriptor socket) {
      publishers_.push_back(make(std::move(socket), events_));
    });
    std::printf("Listening for subscribers on tcp 127.0.0.1:%u\n", subscribers.port());
    std::printf("Listening for publishers on tcp 127.0.0.1:%u\n", publishers.port());
    std::fflush(stdout);
    for (;;) {
      events_.poll(-1);
      after_poll();
      std::erase_if(subscribers_, [](const auto& one) { return one->gone(); });
      std::erase_if(publishers_, [](const auto& one) { return one->gone(); });
    }
  }

  void send(std::string_view bytes) {
    for (const auto& reader : subscribers_) reader->send(bytes);
  }

 private:
  poller events_;
  std::vector<std::unique_ptr<fan_out_subscriber>> subscribers_;
  std::vector<std::unique_ptr<Publisher>> publishers_;
};

/// What main() does: runs a server until it is ended; returns only with an error, which it prints.
template <class Server>
int run_server(const char* program) {
  try {
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    Server().run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    return 1;
  }
}

}  // namespace logio::bench
