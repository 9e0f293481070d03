/// One GET request, and its answer as it comes.
///
/// Ownership:      owns its socket.
/// Thread safety:  none.
/// Errors:         `why`, one line that names the hub.
/// Limits:         a head of 64 KiB.
/// Source:         RFC 9112.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "chunked_body.hpp"
#include "connect.hpp"
#include "hub_location.hpp"

namespace logio::client {

class http_stream {
 public:
  enum class result : std::uint8_t { ok, end, failed, given_up };

  explicit http_stream(connect_limits limits) : limits_(std::move(limits)) {}
  ~http_stream() { close(); }
  http_stream(const http_stream&) = delete;

  bool is_open() const noexcept { return fd_ >= 0; }
  void close() noexcept;

  /// Up to the end of the answer's head, within `timeout` from when it is connected.
  result open(const hub_location& hub, const std::string& target,
              std::chrono::milliseconds timeout, std::string& why);

  int status() const noexcept { return status_; }
  /// By its name in lower case; empty without it.
  std::string header(const std::string& name) const;

  /// Appends what has come of the body, at least a byte; waits `timeout` for it.
  result read(std::string& out, std::chrono::milliseconds timeout, std::string& why);

 private:
  using steady = std::chrono::steady_clock;
  enum class length : std::uint8_t { until_closed, counted, chunked };

  result wait(short events, steady::time_point until, std::string& why);
  result send(std::string_view bytes, steady::time_point until, std::string& why);
  result receive(std::string& out, steady::time_point until, std::string& why);
  bool read_head(std::string_view head);
  result take_body(std::string_view bytes, std::string& out, std::string& why);
  result fail(std::string& why, const std::string& what) const;

  connect_limits limits_;
  int fd_ = -1;
  std::string name_;  // of the hub
  int status_ = 0;
  std::map<std::string, std::string, std::less<>> headers_;
  std::string ahead_;  // of the body, read with the head
  length length_ = length::until_closed;
  std::uint64_t left_ = 0;  // of a counted body
  chunked_body chunks_;
};

}  // namespace logio::client
