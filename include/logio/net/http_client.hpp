/// One HTTP/1.1 connection to one peer, kept alive: a request, its answer, the next request.
///
/// For sinks that deliver by HTTP: on peer_stream, so each wait has a deadline and ends when
/// interrupt() is called.
///
///     exchange() ─► (connect, if it is not or no longer) ─► request ─► answer
///                                                             └ false: error(), in_doubt()
///
/// Ownership:      owns the connection; a request is borrowed for the call.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Errors:         false, and error() is one line with the peer's address; the connection is then
///                 closed. An answer of whatever status is none.
/// Limits:         an answer's head 16 KiB, its body `answer_bytes_max`. No redirect is followed.
/// Source:         RFC 9110, RFC 9112.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/net/peer_stream.hpp"

namespace logio::net {

struct http_request {
  std::string_view method, target;
  std::string_view headers;  ///< whole lines, each with its CR LF; without Host and Content-Length
  std::string_view body;
};

struct http_answer {
  unsigned status = 0;
  std::string body;
};

class http_client {
 public:
  static constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;

  http_client(std::string host, std::uint16_t port, std::optional<peer_tls_options> tls = {});

  /// Whole once it returns true. Connecting and all else share the time until `deadline`.
  [[nodiscard]] bool exchange(const http_request& request, http_answer& answer,
                              deadline_time deadline);

  /// After exchange() was false: whether the peer may have got the whole request all the same.
  bool in_doubt() const noexcept { return in_doubt_; }

  void close() noexcept { stream_.close(); }
  void interrupt() noexcept { stream_.interrupt(); }
  bool interrupted() const noexcept { return stream_.interrupted(); }

  const std::string& address() const noexcept { return stream_.address(); }
  const std::string& error() const noexcept { return error_; }

 private:
  bool open(deadline_time deadline);
  bool send(const http_request& request, deadline_time deadline);
  bool receive(const http_request& request, http_answer& answer, deadline_time deadline);
  bool fail(std::string why);

  bool is_tls_;
  peer_stream stream_;
  bool in_doubt_ = false;
  std::string head_;
  std::vector<char> unread_;
  std::string error_;
};

}  // namespace logio::net
