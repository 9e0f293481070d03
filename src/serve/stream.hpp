/// One subscriber's HTTP connection, from the answer's head to its end.
///
///     on_ready ─► take ─► one writev: chunk head, shared bytes, line end ─► sent ─► take …
///                               └─ the kernel's buffer is full: wait until it is writable
///
/// There is no read buffer and no coroutine: an idle stream waits for its group and for its peer to
/// leave. A peer that ends its sending side only (nc -N) goes on receiving; a reset ends the
/// stream.
///
/// Ownership:      the lane holds it while it lives, pending handlers until they have run.
/// Thread safety:  belongs to its lane's thread.
/// Errors:         a peer that is gone or stuck is closed; what it was not sent is discarded.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lane.hpp"
#include "logio/hub/subscription.hpp"
#include "logio/net/executor.hpp"

namespace logio::serve {

class stream final : public hub::subscriber, public std::enable_shared_from_this<stream> {
 public:
  /// Takes the ticket out of `start`. No other stream of the server has this `id`.
  stream(lane& owner, net::tcp_socket socket, stream_start& start, std::uint64_t id);

  /// Subscribes and sends the head at once.
  void start(const stream_start& start);

  /// Sends what is queued, then the end of the answer, then closes.
  void end();

  /// Closes now, without an end.
  void close() noexcept;

  /// Closes it if nothing was acknowledged for too long. Called every now and then.
  void check_progress(net::clock::time_point now);

  std::uint64_t id() const noexcept { return id_; }
  /// Its object in /v1/subscribers.
  std::string describe(std::int64_t now_ns) const;

 private:
  /// What the kernel did not take at once. Its pieces point into itself, into the subscription, or
  /// to constants.
  struct rest {
    std::string own;
    std::array<char, 20> chunk_head;
    std::vector<iovec> vectors;
    std::size_t first = 0;
  };

  void on_ready() noexcept override;
  void on_backlog() noexcept override;
  void pump();
  bool send_chunk(std::size_t body_bytes);
  void send_text(std::string text);
  void wait_writable();
  void write_rest();
  void advance_rest(std::size_t bytes) noexcept;
  void send_heartbeat();
  void finish();
  void watch_peer();
  void read_peer();
  void watch_reset();
  void fail() noexcept;
  void fail_by(const std::exception& e) noexcept;

  lane& lane_;
  const std::uint64_t id_;
  net::tcp_socket socket_;
  net::tcp::endpoint peer_;
  std::optional<net::connection_limit::ticket> ticket_;
  std::unique_ptr<hub::subscription> subscription_;
  std::unique_ptr<rest> rest_;
  std::uint64_t written_ = 0;
  std::uint64_t acknowledged_ = 0;
  net::clock::time_point progress_at_;
  net::deadline heartbeat_timer_;
  std::chrono::milliseconds heartbeat_every_{0};
  std::string_view heartbeat_;
  std::int64_t connected_ns_ = 0;
  std::unique_ptr<const std::string> forwarded_for_;  // null: nothing was said
  std::uint32_t unasked_bytes_ = 0;  // read from the peer behind its request
  stream_format format_;
  bool chunked_;
  bool waits_writable_ = false;
  bool ending_ = false;  // end() was called
  bool ended_ = false;   // the last byte is on its way
  bool failed_ = false;
  bool closed_ = false;
};

}  // namespace logio::serve
