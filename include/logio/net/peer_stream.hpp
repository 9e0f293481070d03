/// A blocking connection to a peer, over TCP or TLS, for a thread that has nothing else to do.
///
/// What sinks write to. Every wait has a deadline and ends when interrupt() is called. It knows how
/// many of the written bytes the peer's kernel has acknowledged, which is the most that one can
/// know where the protocol has no answers.
///
///     connect() ─► write_all() ─► await_acknowledged() ─► … ─► close()
///         ▲             │ false: error(), acknowledged_bytes() still counts, then close()
///         └─────────────┘
///
/// Ownership:      owns the socket; a look-up that took too long is left to its own thread.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Errors:         false, and error() is one line with the peer's address, the cause and, for TLS,
///                 the remedy. A connection that failed takes nothing more: close() it.
/// Limits:         TLS 1.2 or later. SIGPIPE is never raised.
/// Source:         RFC 9293 (TCP); RFC 8446, RFC 5246 (TLS); RFC 9525 (names in certificates).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logio/net/interruption.hpp"
#include "logio/net/unique_fd.hpp"

namespace logio::net {

/// Files are PEM and read anew for each connection, so that a renewed certificate is taken.
struct peer_tls_options {
  std::string ca_file = {};  ///< trusted roots; empty: the system's
  std::string cert_file = {},
              key_file = {};  ///< our own certificate (with its chain) and key; or empty
  bool verify = true;         ///< the peer's certificate and its name
};

class name_lookup;
class tls_client;
enum class io_state : std::uint8_t;
struct found_address;
struct io_progress;

class peer_stream {
 public:
  /// `tls` empty: plain TCP.
  peer_stream(std::string host, std::uint16_t port, std::optional<peer_tls_options> tls = {});
  ~peer_stream();

  /// A new connection: a fresh look-up of the name, then each address in turn, which share the time
  /// that is left, then the TLS handshake. REQUIRES: not connected.
  [[nodiscard]] bool connect(deadline_time deadline);

  bool connected() const noexcept { return static_cast<bool>(fd_); }

  /// Whether the peer has not ended or broken the connection, as far as is known here. Takes what
  /// the peer sent and forgets it: for protocols in which it has nothing to say.
  [[nodiscard]] bool still_open();

  /// All bytes are handed to the kernel. REQUIRES: connected.
  [[nodiscard]] bool write_all(std::string_view bytes, deadline_time deadline);

  /// What there is, at least one byte; 0: the peer has ended its side. Nothing: error().
  [[nodiscard]] std::optional<std::size_t> read_some(std::span<char> into, deadline_time deadline);

  /// What there is now, without waiting; 0: nothing. Nothing: error(), also when the peer has ended
  /// its side.
  [[nodiscard]] std::optional<std::size_t> read_available(std::span<char> into);

  /// Whether there is something to read, its end or a failure by then; with TLS it may be a part of
  /// a record, of which read_some() needs the rest. REQUIRES: connected.
  [[nodiscard]] bool wait_readable(deadline_time deadline);

  /// Until the peer's kernel has acknowledged all that was written, or the peer has gone.
  [[nodiscard]] bool await_acknowledged(deadline_time deadline);

  /// Bytes of this connection's write_all() that the kernel has taken, and those of them that the
  /// peer's kernel has acknowledged; of a TLS record all or none. Both until close(), also after a
  /// failure.
  std::uint64_t written_bytes() const noexcept { return written_bytes_; }
  std::uint64_t acknowledged_bytes() noexcept;

  /// Ends our side, waits for a moment for the peer to end its own (a close with unread bytes would
  /// be a reset, which may cost the peer what it has not read yet), and lets go.
  void close() noexcept;

  /// Each wait, also a later one, ends at once: error() is then `…: interrupted`.
  void interrupt() noexcept { interruption_.raise(); }
  bool interrupted() const noexcept { return interruption_.raised(); }

  /// `host:port`, with brackets around an IPv6 address.
  const std::string& address() const noexcept { return address_; }
  const std::string& error() const noexcept { return error_; }

 private:
  bool connect_to_any(deadline_time deadline);
  bool connect_one(const found_address& where, deadline_time deadline, std::string& why);
  bool shake_hands(deadline_time deadline, std::string& why);
  bool is_accepted(deadline_time deadline, std::string& why);
  bool wait(io_state wanted, deadline_time deadline, std::string_view doing);
  io_progress write_now(std::string_view bytes);
  io_progress read_now(std::span<char> into);
  bool fail(std::string_view what);
  bool fail(io_state what);

  std::string host_, address_;
  std::optional<peer_tls_options> tls_options_;
  interruption interruption_;
  std::unique_ptr<name_lookup> lookup_;
  unique_fd fd_;
  std::unique_ptr<tls_client> tls_;
  std::uint64_t written_bytes_ = 0;
  bool broken_ = false;
  std::string error_;
};

}  // namespace logio::net
