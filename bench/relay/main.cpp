/// logio_relay: the least that anything between publishers and subscribers must do.
///
/// One thread copies whole lines from whoever connects to one port to everybody who connects to
/// another, and looks at nothing but the line ends. It is the benchmark's yardstick: what the
/// kernel and the sockets cost, and so the best that a hub could reach.
///
/// A subscriber gets `ready\n` first. A subscriber whose unsent bytes pass 256 MiB is dropped.

#include "fan_out.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace logio::bench {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;

class relay;

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

class relay {
 public:
  [[noreturn]] void run() {
    door subscribers(events_, [this](descriptor socket) {
      subscribers_.push_back(
          std::make_unique<fan_out_subscriber>(std::move(socket), events_, "ready\n"));
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
  std::vector<std::unique_ptr<fan_out_subscriber>> subscribers_;
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
