#include "publisher.hpp"

#include "verifier.hpp"

#include <cerrno>
#include <system_error>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace logio::bench {

publisher::publisher(const wire& protocol, std::uint32_t number, std::uint32_t topic,
                     std::uint16_t port, poller& events)
    : protocol_(&protocol), number_(number), topic_(topic), socket_(connect_to(port)) {
  write(protocol.publisher_greeting(topic));
  events.add(socket_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
}

void publisher::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) {
        blocked_ = true;
        unsent_.assign(bytes);
        return;
      }
      throw std::system_error(errno, std::generic_category(), "send to the server");
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void publisher::send_blocks(block_image& image, std::size_t count, latency* ages) {
  if (ages != nullptr) {
    ages->sent(number_, sent_, monotonic_ns());
  }
  sent_ += count * series::block_lines;
  write(image.stamp(number_, topic_, sent_ / series::block_lines - count, count));
}

void publisher::send_line(block_image& image, latency* ages) {
  const std::uint64_t block = sent_ / series::block_lines;
  image.stamp(number_, topic_, block, 1);
  if (ages != nullptr) {
    ages->sent(number_, sent_, monotonic_ns());
  }
  write(image.line(sent_++ % series::block_lines));
}

void publisher::on_ready(std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) {
    read();
  }
  if ((events & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    const std::string rest = std::exchange(unsent_, {});
    write(rest);
  }
}

/// Only nats speaks to its publishers; whatever else comes is an error that the server reports.
void publisher::read() {
  char bytes[4096];
  for (;;) {
    const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN) {
      return;
    }
    if (n <= 0) {
      throw wrong_bytes("the server closed publisher " + std::to_string(number_));
    }
    const std::string_view text(bytes, static_cast<std::size_t>(n));
    if (protocol_->system != system_kind::nats || text.find("-ERR") != text.npos) {
      throw wrong_bytes("the server wrote to a publisher: " + std::string(text));
    }
    if (text.find("PING\r\n") != text.npos && !blocked_) {
      write("PONG\r\n");
    }
  }
}

}  // namespace logio::bench
