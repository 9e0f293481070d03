/// Reads the body of one POST off its socket, read by read, until its sender or the hub goes.
///
/// Nothing is read while the thread is stalled, so that TCP holds the sender back when the ring is
/// full. When the hub leaves, what has come is still given.
///
/// Ownership:      borrows lane, socket and deadline, which cancels the socket.
/// Thread safety:  belongs to its lane's thread.
/// Limits:         server_options::head_timeout without a byte; upload_room::read_bytes at a time.
#pragma once

#include <cstdint>
#include <string_view>

#include "lane.hpp"
#include "logio/net/deadlines.hpp"
#include "logio/net/executor.hpp"

namespace logio::serve {

class body_reader final : public upload {
 public:
  enum class outcome : std::uint8_t {
    bytes,    ///< bytes() have come
    ended,    ///< the peer has ended its side
    silent,   ///< nothing came in time
    leaving,  ///< the hub shuts down, and what had come was given
    gone,     ///< the connection is broken, or the session cancelled
  };

  body_reader(lane& owner, net::tcp_socket& socket, net::deadline& deadline);

  /// Asks a peer that waits for it to send its body. False: it is gone.
  bool say_continue();

  net::task<outcome> read();
  /// REQUIRES: read() has said bytes; they live until anybody of this lane reads.
  std::string_view bytes() const noexcept { return bytes_; }

 private:
  void end() noexcept override;
  net::task<outcome> wait_readable();

  lane& lane_;
  net::tcp_socket& socket_;
  net::deadline& deadline_;
  std::string_view bytes_;
  unsigned reads_at_end_ = 0;
  bool full_read_ = false;
  bool waiting_ = false;  // for the peer's next byte
  bool ending_ = false;   // the hub leaves
};

}  // namespace logio::serve
