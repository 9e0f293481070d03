/// One GET to a hub, read as it comes: what `tail` and `healthcheck` use.
///
/// Ownership:      owns its connection.
/// Thread safety:  distinct objects; blocks the calling thread.
/// Errors:         in one line for the user.
/// Limits:         a head of 64 KiB.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "chunked_reader.hpp"
#include "logio/config/endpoint_url.hpp"
#include "logio/net/unique_fd.hpp"

namespace logio::app {

struct http_failure {
  std::string message;
};

class http_get {
 public:
  using opened = boost::system::result<http_get, http_failure>;

  /// Sends the request and reads the answer's head within `timeout`.
  static opened open(const config::host_port& hub, const std::string& target,
                     std::chrono::milliseconds timeout);

  int status() const noexcept { return status_; }

  /// The value of a header, in lower case; empty without it. `name` in lower case.
  std::string header(std::string_view name) const;

  /// The next body bytes; waits for them for at most `timeout`, for ever without one. Empty: the
  /// body has ended, see complete().
  boost::system::result<std::string, http_failure> read(
      std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Whether the body ended as it should, not by a cut connection.
  bool complete() const noexcept { return chunked_ ? chunks_.finished() : true; }

  int native_handle() const noexcept { return socket_.get(); }

  /// Whether read() would return without waiting for the network.
  bool has_buffered() const noexcept { return !buffered_.empty(); }

 private:
  explicit http_get(net::unique_fd socket) : socket_(std::move(socket)) {}

  std::optional<http_failure> read_head(const std::string& where);

  net::unique_fd socket_;
  int status_ = 0;
  bool chunked_ = false;
  std::string head_;  // in lower case, with the last line's end
  chunked_reader chunks_;
  std::string buffered_;  // body bytes that came with the head, still in chunks
};

}  // namespace logio::app
