/// One HTTP/1.1 connection to one peer, kept alive: a request, its answer, the next request.
///
/// For who delivers or asks by HTTP: on peer_stream, so each wait has a deadline and ends when
/// interrupt() is called.
///
///     exchange() ─► (connect, if it is not or no longer) ─► request ─► answer
///                                                             └ false: error(), in_doubt()
///     begin()    ─► the same until the answer's head ─► read_body() … ─► its end, or close()
///
/// Ownership:      owns the connection; a request is borrowed for the call.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Errors:         false, and error() is one line with the peer's address; the connection is then
///                 closed. An answer of whatever status is none.
/// Limits:         an answer's head 16 KiB; its body `answer_bytes_max` in exchange(), none in
///                 read_body(), which holds 64 KiB of it. No redirect is followed.
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
  std::string location;  ///< of a redirect; empty: none
  std::string body;
};

class http_client {
 public:
  static constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;

  http_client(std::string host, std::uint16_t port, std::optional<peer_tls_options> tls = {});
  ~http_client();

  /// Whole once it returns true. Connecting and all else share the time until `deadline`.
  [[nodiscard]] bool exchange(const http_request& request, http_answer& answer,
                              deadline_time deadline);

  /// As exchange(), but it returns with the answer's head, and `head.body` is empty.
  [[nodiscard]] bool begin(const http_request& request, http_answer& head, deadline_time deadline);

  /// In place of what `piece` held, what there is of the body, waiting for one byte; empty: that
  /// was all of it. REQUIRES: begin() was true, and so was every read_body() since, not empty.
  [[nodiscard]] bool read_body(std::string& piece, deadline_time deadline);

  /// After exchange() or begin() was false: whether the peer may have got the whole request all the
  /// same.
  bool in_doubt() const noexcept { return in_doubt_; }

  /// Whether read_body() has something to tell without waiting for the peer's next byte, by then.
  /// REQUIRES: as read_body().
  [[nodiscard]] bool wait_body(deadline_time deadline);

  /// A header of the answer whose body is being read; empty without it. REQUIRES: as read_body().
  std::string header(std::string_view name) const;

  void close() noexcept { stream_.close(); }
  void interrupt() noexcept { stream_.interrupt(); }
  bool interrupted() const noexcept { return stream_.interrupted(); }

  const std::string& address() const noexcept { return stream_.address(); }
  const std::string& error() const noexcept { return error_; }

 private:
  bool open(deadline_time deadline);
  bool send(const http_request& request, deadline_time deadline);
  bool receive_head(const http_request& request, http_answer& answer, std::uint64_t body_bytes_max,
                    deadline_time deadline);
  bool read_more(deadline_time deadline);
  bool parse();
  bool end_answer();
  bool fail(std::string why);
  struct reading;

  bool is_tls_;
  peer_stream stream_;
  bool in_doubt_ = false;
  std::string head_;
  std::unique_ptr<reading> answer_;  // what is known of it
  std::vector<char> unread_;
  std::size_t have_ = 0;  // of unread_
  std::string error_;
};

}  // namespace logio::net
