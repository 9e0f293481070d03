/// One GET to a hub, read as it comes: what its readers use.
///
/// Ownership:      owns its connection.
/// Thread safety:  distinct objects; blocks the calling thread.
/// Errors:         in one line for the user: what, where and the remedy.
/// Limits:         a head of 16 KiB; of an answer that is none of a hub 16 KiB are read.
/// Source:         RFC 9110, RFC 9112; RFC 7617 (Basic).
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logio/config/endpoint_url.hpp"
#include "logio/net/http_client.hpp"

namespace logio::app {

struct http_failure {
  std::string message;
};

class http_get {
 public:
  using opened = boost::system::result<http_get, http_failure>;

  /// Sends the request and reads the answer's head within `timeout`. `target` is as the hub has it,
  /// with its leading slash.
  static opened open(const config::hub_url& hub, const std::string& target,
                     std::chrono::milliseconds timeout, std::string_view accept = "text/plain");

  unsigned status() const noexcept { return status_; }

  /// The value of a header; empty without it.
  std::string header(std::string_view name) const;

  /// The next body bytes; waits for them for at most `timeout`, for a year without one. Empty: the
  /// body has ended as it should. A cut connection is a failure.
  boost::system::result<std::string, http_failure> read(
      std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Whether read() has something to tell by then.
  bool wait(std::chrono::milliseconds timeout) { return client_->wait_body(deadline(timeout)); }

  /// The whole body, as long as it has at most `bytes_max`.
  boost::system::result<std::string, http_failure> read_all(std::size_t bytes_max,
                                                            std::chrono::milliseconds timeout);

  /// What an answer that is no 200 means for who asked, in one line: what, where and the remedy.
  /// Reads what there is of its body.
  std::string explain();

 private:
  explicit http_get(const config::hub_url& hub);

  static net::deadline_time deadline(std::chrono::milliseconds timeout) {
    return std::chrono::steady_clock::now() + timeout;
  }
  std::string explain_credentials() const;
  std::string explain_body();

  std::string where_;  // the hub's URL, for messages
  bool has_credentials_ = false;
  std::unique_ptr<net::http_client> client_;
  unsigned status_ = 0;
  std::string head_;
};

}  // namespace logio::app
