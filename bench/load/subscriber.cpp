#include "subscriber.hpp"

#include <cerrno>
#include <system_error>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace logio::bench {

namespace {

/// A stuck reader's receive buffer is small, so that the server's queue is what fills.
constexpr int stuck_receive_bytes = 16'384;
constexpr std::size_t read_bytes = 256 * 1024;

std::string with_number(std::string text, std::uint32_t number) {
  for (auto at = text.find("{i}"); at != std::string::npos; at = text.find("{i}")) {
    text.replace(at, 3, std::to_string(number));
  }
  return text;
}

void send_all(int fd, std::string_view bytes) {
  if (!bytes.empty() &&
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "send to the server");
  }
}

}  // namespace

subscriber::subscriber(const wire& protocol, const expectation& expected,
                       const subscriber_group& group, std::uint32_t nth, std::uint32_t publishers,
                       std::uint16_t port, poller& events, answer_format answer)
    : protocol_(&protocol),
      group_(&group),
      events_(&events),
      socket_(connect_to(port, stuck() ? stuck_receive_bytes : 0)),
      verifier_(expected, publishers, protocol.system) {
  if (answer != answer_format::text) {
    json_.emplace(answer);
  }
  send_all(socket_.get(), protocol.subscriber_greeting(with_number(group.query, nth)));
  events.add(socket_.get(), EPOLLIN, *this);
}

subscriber::subscriber(const wire& protocol, const expectation& expected,
                       const subscriber_group& group, std::uint32_t publishers, descriptor socket,
                       poller& events)
    : protocol_(&protocol),
      group_(&group),
      events_(&events),
      socket_(std::move(socket)),
      verifier_(expected, publishers, protocol.system),
      in_force_(true) {
  events.add(socket_.get(), EPOLLIN, *this);
}

void subscriber::measure(latency* ages) {
  ages_ = ages;
  verifier_.measure(ages);
}

void subscriber::on_ready(std::uint32_t) {
  read();
  if (in_force_ && (stuck() || slow())) {
    events_->remove(socket_.get());
  }
}

void subscriber::read() {
  static thread_local std::vector<char> buffer(read_bytes);
  const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (n < 0 && errno == EAGAIN) {
    return;
  }
  if (n <= 0) {
    throw wrong_bytes("the server closed a subscriber after " +
                      std::to_string(verifier_.received()) + " lines");
  }
  if (ages_ != nullptr) {
    ages_->reading_at(monotonic_ns());
  }
  take(buffer.data(), static_cast<std::size_t>(n));
}

void subscriber::take(const char* bytes, std::size_t count) {
  if (protocol_->system == system_kind::logio) {
    const auto body = [this](const char* at, std::size_t n) {
      json_ ? json_->feed(at, n, verifier_) : verifier_.feed(at, n);
    };
    if (!answer_.feed(bytes, count, body)) {
      throw wrong_bytes("the server ended a stream");
    }
    in_force_ = answer_.has_head();
    return;
  }
  if (!in_force_) {
    take_greeted(bytes, count);
    return;
  }
  verifier_.feed(bytes, count);
  if (verifier_.take_ping()) {
    send_all(socket_.get(), "PONG\r\n");
  }
}

/// Waits for the line that says that the subscription is in force: nats answers our PING, the
/// relay says that it took the connection.
void subscriber::take_greeted(const char* bytes, std::size_t count) {
  const std::string_view last = protocol_->system == system_kind::nats ? "PONG\r\n" : "ready\n";
  greeting_.append(bytes, count);
  const auto at = greeting_.find(last);
  if (at == std::string::npos) {
    return;
  }
  in_force_ = true;
  const std::string rest = greeting_.substr(at + last.size());
  greeting_.clear();
  verifier_.feed(rest.data(), rest.size());
}

}  // namespace logio::bench
