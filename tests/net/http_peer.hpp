/// An HTTP server on a free port that answers as a test wants, one request after the other.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logio/net/interruption.hpp"
#include "net/peers.hpp"

namespace logio::net::testing {

struct http_seen {
  std::string head;  ///< request line and headers
  std::string body;
  std::string line() const { return head.substr(0, head.find("\r\n")); }
};

/// `status` is as in `200 OK`.
inline std::string http_answer_text(const std::string& status, const std::string& body,
                                    const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

class http_peer {
 public:
  /// The bytes of an answer; empty: the connection is closed instead.
  using answering = std::function<std::string(const http_seen&)>;

  explicit http_peer(answering answer)
      : answer_(std::move(answer)),
        listener_(std::in_place),
        port_(listener_->port()),
        thread_([this] { run(); }) {}
  ~http_peer() { stop(); }

  std::uint16_t port() const noexcept { return port_; }
  /// Ends the connection and takes no other.
  void stop() {
    stop_.raise();
    if (thread_.joinable()) thread_.join();
    listener_.reset();
  }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  std::vector<http_seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  bool readable(int fd) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    return stop_.wait(fd, POLLIN, end) == interruption::waited::ready && !stop_.raised();
  }

  void run() {
    std::vector<std::thread> connections;
    while (readable(listener_->fd())) {
      unique_fd fd = listener_->accept();
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      connections.emplace_back([this, own = std::move(fd)] { serve(own.get()); });
    }
    for (std::thread& t : connections) t.join();
  }

  void serve(int fd) {
    std::string have;
    for (http_seen one; read(fd, have, one);) {
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(one);
      }
      const std::string answer = answered(one);
      if (answer.empty()) return;
      // Small enough for the kernel's buffers, or read while it is written.
      if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  std::string answered(const http_seen& one) {
    const std::lock_guard lock(answering_);
    return answer_(one);
  }

  bool read(int fd, std::string& have, http_seen& out) const {
    std::size_t head = 0;
    while ((head = have.find("\r\n\r\n")) == std::string::npos) {
      if (!more(fd, have)) return false;
    }
    out.head = have.substr(0, head + 2);
    have.erase(0, head + 4);
    const std::string name = "Content-Length: ";
    const std::size_t at = out.head.find(name);
    const std::size_t bytes =
        at == std::string::npos ? 0 : std::stoul(out.head.substr(at + name.size()));
    while (have.size() < bytes) {
      if (!more(fd, have)) return false;
    }
    out.body = have.substr(0, bytes);
    have.erase(0, bytes);
    return true;
  }

  bool more(int fd, std::string& have) const {
    if (!readable(fd)) return false;
    char piece[16384];
    const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
    if (n > 0) have.append(piece, static_cast<std::size_t>(n));
    return n > 0;
  }

  answering answer_;
  std::mutex answering_;
  std::optional<tcp_listener> listener_;
  const std::uint16_t port_;
  interruption stop_;
  mutable std::mutex mutex_;
  std::vector<http_seen> seen_;
  std::size_t connections_ = 0;
  std::thread thread_;
};

}  // namespace logio::net::testing
