/// A long answer, sent in pieces while the event loop goes on with its other work.
///
/// What makes a page renders for at most `slice`, then sends or pauses: nobody on the thread waits
/// longer than that for its turn, and a page is never in memory as a whole.
///
/// Ownership:      borrows the session's socket and deadline for the answer's time.
/// Thread safety:  belongs to its lane's thread.
/// Limits:         a peer that takes nothing for 30 s is given up.
#pragma once

#include <boost/asio/buffer.hpp>

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "lane.hpp"
#include "logio/net/deadlines.hpp"
#include "logio/net/executor.hpp"
#include "logio/serve/request_head.hpp"

namespace logio::serve {

class page_writer {
 public:
  static constexpr std::chrono::microseconds slice{200};
  static constexpr std::size_t piece_bytes = std::size_t{32} << 10;
  static constexpr std::chrono::seconds progress_timeout{30};

  page_writer(net::tcp_socket& socket, net::deadline& deadline) noexcept
      : socket_(socket), deadline_(deadline) {}
  page_writer(const page_writer&) = delete;

  /// Sends these bytes and nothing else. False, here and below: the peer is gone.
  net::task<bool> send(std::string bytes);

  /// The answer's head; what follows are pieces, and end() unless one has failed. A HEAD request
  /// is answered by this: false as well.
  net::task<bool> begin(std::string content_type, const request_head& request,
                        const cors_policy& cors);
  /// Sends the piece, if it is long enough for it; else lets others have their turn. `body` is what
  /// is left for the next piece: empty, or as it was.
  net::task<bool> flush(std::string& body);
  /// Sends the piece, however short: for a page that waits for more. An empty one is not sent.
  net::task<bool> push(std::string body);
  /// Sends what is left, and the end.
  net::task<bool> end(std::string body);

 private:
  using parts = std::array<asio::const_buffer, 4>;

  /// What is sent for `body`, which lies where it is; `size_line` gets what stands in front of it.
  parts frame(std::string& size_line, std::string_view body, std::string_view behind) const;
  net::task<bool> send_parts(std::span<asio::const_buffer> left);

  net::tcp_socket& socket_;
  net::deadline& deadline_;
  bool chunked_ = false;
};

/// Whether a slice is over.
class slice_clock {
 public:
  bool is_over() const noexcept { return net::clock::now() - began_ >= page_writer::slice; }

 private:
  net::clock::time_point began_ = net::clock::now();
};

}  // namespace logio::serve
