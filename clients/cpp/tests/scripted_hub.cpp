#include "scripted_hub.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace logio::client {
namespace {

void wait_readable(int fd, const char* what) {
  pollfd wanted{fd, POLLIN, 0};
  if (::poll(&wanted, 1, std::chrono::milliseconds(test_deadline).count()) <= 0) {
    throw std::runtime_error(std::string("in vain: ") + what);
  }
}

}  // namespace

scripted_connection::scripted_connection(scripted_connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), read_(std::move(other.read_)) {}

bool scripted_connection::fill() {
  wait_readable(fd_, "bytes of the publisher");
  std::array<char, 65536> room;
  const ssize_t n = ::recv(fd_, room.data(), room.size(), 0);
  if (n > 0) read_.append(room.data(), static_cast<std::size_t>(n));
  return n > 0;
}

std::string scripted_connection::read_line() {
  for (;;) {
    const auto end = read_.find('\n');
    if (end != std::string::npos) {
      std::string out = read_.substr(0, end);
      read_.erase(0, end + 1);
      return out;
    }
    if (!fill()) return {};
  }
}

std::vector<std::string> scripted_connection::read_lines(std::size_t count) {
  std::vector<std::string> out;
  while (out.size() < count) out.push_back(read_line());
  return out;
}

std::string scripted_connection::read_bytes(std::size_t count) {
  while (read_.size() < count && fill()) {
  }
  std::string out = read_.substr(0, count);
  read_.erase(0, count);
  return out;
}

void scripted_connection::send(std::string_view bytes) {
  if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the publisher takes no answer");
  }
}

void scripted_connection::greet(std::uint64_t acked) {
  send(R"({"logio":1,"epoch":"e","ack":)" + std::to_string(acked) + "}\n");
}

void scripted_connection::ack(std::uint64_t number) {
  send(R"({"ack":)" + std::to_string(number) + "}\n");
}

void scripted_connection::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void scripted_connection::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

scripted_hub::scripted_hub() { open(); }
scripted_hub::~scripted_hub() { shut(); }

void scripted_hub::open() {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port_);
  socklen_t size = sizeof at;
  if (::bind(fd_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(fd_, 16) != 0 ||
      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    throw std::runtime_error("the scripted hub cannot listen");
  }
  port_ = ntohs(at.sin_port);
}

void scripted_hub::shut() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

scripted_connection scripted_hub::accept() {
  wait_readable(fd_, "a connection of the publisher");
  return scripted_connection(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
}

publisher_options options_for(const scripted_hub& hub) {
  publisher_options out;
  out.hubs = {{"127.0.0.1", hub.port()}};
  out.app = "a";
  out.greeting_timeout = std::chrono::hours(1);
  out.first_retry = std::chrono::milliseconds(1);
  out.longest_retry = std::chrono::milliseconds(10);
  return out;
}

std::uint64_t sequence_of(std::string_view topic) {
  constexpr std::string_view key = R"("sequence":)";
  const auto at = topic.find(key);
  if (at == std::string_view::npos) throw std::runtime_error("a topic without a sequence");
  return std::stoull(std::string(topic.substr(at + key.size())));
}

std::string raw_of(std::string_view record) {
  constexpr std::string_view key = R"("raw":")";
  const auto at = record.find(key);
  if (at == std::string_view::npos) throw std::runtime_error("a record without a text");
  const auto from = at + key.size();
  return std::string(record.substr(from, record.find('"', from) - from));
}

}  // namespace logio::client
