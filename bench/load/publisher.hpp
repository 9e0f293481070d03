#pragma once

#include "block_image.hpp"
#include "latency.hpp"
#include "net.hpp"
#include "wire.hpp"

#include <cstdint>
#include <string>

namespace logio::bench {

/// One publishing connection: it sends the series' lines of its number, from the first one on.
///
/// What the kernel does not take at once it keeps, and takes nothing new until that is gone.
class publisher final : public handler {
 public:
  publisher(const wire& protocol, std::uint32_t number, std::uint32_t topic, std::uint16_t port,
            poller& events);

  std::uint32_t topic() const { return topic_; }
  bool ready() const { return !blocked_; }
  std::uint64_t sent() const { return sent_; }

  /// Sends `count` whole blocks; requires ready() and that the last block was finished.
  void send_blocks(block_image& image, std::size_t count, latency* ages = nullptr);

  /// Sends one line by one write; requires ready(). `ages` may be null.
  void send_line(block_image& image, latency* ages);

  void on_ready(std::uint32_t events) override;

 private:
  void write(std::string_view bytes);
  void read();

  const wire* protocol_;
  std::uint32_t number_;
  std::uint32_t topic_;
  descriptor socket_;
  std::string unsent_;
  std::uint64_t sent_ = 0;
  bool blocked_ = false;
};

}  // namespace logio::bench
