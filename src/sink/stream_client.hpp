/// Delivers encoded records over a connection whose peer never answers.
///
/// A batch is encoded into one buffer, written, and waited for until the peer's kernel has
/// acknowledged it. What the records of a call came to is read from where their bytes end.
///
/// Ownership:      owns the connection and the buffer.
/// Thread safety:  as sink::client says.
/// Errors:         in the outcome; the connection is closed after each.
/// Limits:         the buffer is given back when it has grown past buffer_bytes_idle_max.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "logio/net/peer_stream.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

class stream_client : public client {
 public:
  static constexpr std::size_t buffer_bytes_idle_max = std::size_t{4} << 20;

  explicit stream_client(const sink_options& options);

  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override { stream_.close(); }
  void interrupt() noexcept override { stream_.interrupt(); }

 private:
  /// Appends the framed record.
  virtual void append(std::string& out, const item& record) = 0;

  void deliver_all(std::span<const item> items, outcome& out);
  bool make_ready(net::deadline_time deadline);

  net::peer_stream stream_;
  std::chrono::milliseconds timeout_;
  std::string buffer_;
  std::vector<std::uint64_t> ends_;  // of each record in the buffer
};

}  // namespace logio::sink
