#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace logio::bench {

/// A descriptor that closes itself.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor();

  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// A connection to 127.0.0.1, non-blocking, without Nagle's delay. Throws std::system_error.
/// `receive_bytes` other than 0 fixes the receive buffer before connecting.
descriptor connect_to(std::uint16_t port, int receive_bytes = 0);

/// A listener on a free port of 127.0.0.1, non-blocking. Throws std::system_error.
descriptor listen_anywhere();
std::uint16_t port_of(const descriptor& listener);

/// Whether the peer has closed or reset a connection, whatever is still unread.
bool is_closed_by_peer(const descriptor& socket);

/// Raises the limit of open descriptors as far as is allowed.
void raise_descriptor_limit();

/// Binds this process to one core.
void pin_to(int core);

/// Whatever waits in an epoll set.
class handler {
 public:
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~handler() = default;
};

/// An epoll set whose entries are handlers.
class poller {
 public:
  poller();

  /// `who` must outlive its descriptor.
  void add(int fd, std::uint32_t events, handler& who);

  void remove(int fd);

  /// Calls the handlers of all that is ready; waits for at most `timeout_ms`.
  void poll(int timeout_ms);

 private:
  descriptor epoll_;
};

}  // namespace logio::bench
