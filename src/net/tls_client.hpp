/// The client's side of one TLS session over a non-blocking socket. Waits for nothing itself.
///
/// It sends by itself, not through OpenSSL's sockets, which would raise SIGPIPE, and so knows which
/// bytes on the wire end which bytes of the caller's.
///
/// Ownership:      owns OpenSSL's state; borrows the socket.
/// Thread safety:  distinct objects.
/// Errors:         failed, with error(): the cause and, where there is one, the remedy.
/// Limits:         TLS 1.2 or later; a write takes one record, at most 16 KiB.
/// Source:         RFC 8446, RFC 5246; RFC 9525 and RFC 5280 as OpenSSL checks them.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/io_progress.hpp"

namespace logio::net {

struct peer_tls_options;

class tls_client {
 public:
  /// Reads the files. When error() is not empty then, the session cannot be used.
  tls_client(const peer_tls_options& options, std::string host, int fd);
  ~tls_client();

  io_state shake_hands();
  /// Whether the peer has asked for a certificate and, by TLS 1.3, judges it when all is done for
  /// us: what it refuses it may acknowledge first.
  bool awaits_verdict() const noexcept;
  /// Reads what is no caller's byte, such as that verdict. wants_read: there is no more of it.
  io_state look();
  io_progress write(std::string_view bytes);
  io_progress read(std::span<char> into);
  /// Whether read() has bytes that are on the wire no more.
  bool has_buffered() const noexcept;

  /// Tells the peer that no more will come, if that goes now.
  void close_notify() noexcept;

  /// How many of the written bytes are acknowledged, when of all bytes on the wire the last
  /// `unacknowledged` are not.
  std::uint64_t acknowledged_bytes(std::uint64_t unacknowledged) noexcept;

  const std::string& error() const noexcept { return error_; }

 private:
  friend struct tls_callbacks;

  /// What OpenSSL reads from and writes to.
  struct wire {
    int fd = -1;
    std::uint64_t sent_bytes = 0;
    int error = 0;  // errno of what failed
    bool ended = false;
  };
  struct mark {
    std::uint64_t plain_end, wire_end;
  };
  template <class T>
  using owned = std::unique_ptr<T, void (*)(T*)>;

  bool trust(const peer_tls_options& options);
  bool identify(const peer_tls_options& options);
  bool begin(bool verify);
  io_state judge(int result);
  std::string library_reason() const;
  io_state fail(std::string why);

  std::string host_;
  wire wire_;
  owned<SSL_CTX> context_;
  owned<SSL> session_;
  std::deque<mark> marks_;  // ends of records that are not acknowledged yet
  std::uint64_t written_bytes_ = 0;
  std::uint64_t acknowledged_bytes_ = 0;
  bool was_asked_ = false;  // for a certificate
  std::string untrusted_;  // why the peer's certificate is not accepted
  std::string error_;
};

}  // namespace logio::net
