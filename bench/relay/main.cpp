/// logio_relay: the least that anything between publishers and subscribers must do.
///
/// One thread copies whole lines from whoever connects to one port to everybody who connects to
/// another, and looks at nothing but the line ends. It is the benchmark's yardstick: what the
/// kernel and the sockets cost, and so the best that a hub could reach.
///
/// A subscriber gets `ready\n` first. A subscriber whose unsent bytes pass 256 MiB is dropped.

#include "../load/net.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace logio::bench {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t unsent_bytes_max = 256 * 1024 * 1024;

class relay;

class relay_subscriber final : public handler {
 public:
  relay_subscriber(descriptor socket, poller& events) : socket_(std::move(socket)) {
    events.add(socket_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
    send("ready\n");
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

class relay_publisher final : public handler {
 public:
  relay_publisher(relay& owner, descriptor socket, poller& events)
      : owner_(owner), socket_(std::move(socket)) {
    events.add(socket_.get(), EPOLLIN, *this);
  }

  bool gone() const { return gone_; }
  void on_ready(std::uint32_t events) override;

 private:
  relay& owner_;
  descriptor socket_;
  std::string begun_;  // of a line whose end has not come
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

class relay {
 public:
  [[noreturn]] void run() {
    door subscribers(events_, [this](descriptor socket) {
      subscribers_.push_back(std::make_unique<relay_subscriber>(std::move(socket), events_));
    });
    door publishers(events_, [this](descriptor socket) {
      publishers_.push_back(std::make_unique<relay_publisher>(*this, std::move(socket), events_));
    });
    std::printf("Listening for subscribers on tcp 127.0.0.1:%u\n", subscribers.port());
    std::printf("Listening for publishers on tcp 127.0.0.1:%u\n", publishers.port());
    std::fflush(stdout);
    for (;;) {
      events_.poll(-1);
      std::erase_if(subscribers_, [](const auto& one) { return one->gone(); });
      std::erase_if(publishers_, [](const auto& one) { return one->gone(); });
    }
  }

  void copy(std::string_view lines) {
    for (const auto& reader : subscribers_) {
      reader->send(lines);
    }
  }

 private:
  poller events_;
  std::vector<std::unique_ptr<relay_subscriber>> subscribers_;
  std::vector<std::unique_ptr<relay_publisher>> publishers_;
};

void relay_publisher::on_ready(std::uint32_t) {
  static std::vector<char> buffer(read_bytes);
  std::memcpy(buffer.data(), begun_.data(), begun_.size());
  const ssize_t n =
      ::recv(socket_.get(), buffer.data() + begun_.size(), buffer.size() - begun_.size(), 0);
  if (n <= 0) {
    gone_ = n == 0 || errno != EAGAIN;
    return;
  }
  const std::string_view bytes(buffer.data(), begun_.size() + static_cast<std::size_t>(n));
  const std::size_t end = bytes.rfind('\n') + 1;  // 0 when there is none
  owner_.copy(bytes.substr(0, end));
  begun_ = bytes.substr(end);
  gone_ = begun_.size() == buffer.size();
}

}  // namespace
}  // namespace logio::bench

int main() {
  try {
    std::signal(SIGPIPE, SIG_IGN);
    logio::bench::raise_descriptor_limit();
    logio::bench::relay().run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "logio_relay: %s\n", error.what());
    return 1;
  }
}
