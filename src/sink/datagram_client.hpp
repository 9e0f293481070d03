/// Delivers encoded records as datagrams, one record after the other.
///
/// UDP promises nothing: what the kernel has taken is delivered. When news comes that nobody
/// listens, it is of an earlier datagram: then the record before it is pending again too, which on
/// one's own machine is the one that was lost.
///
/// Ownership:      owns the socket.
/// Thread safety:  as sink::client says.
/// Errors:         in the outcome; the socket is closed after each.
#pragma once

#include <chrono>
#include <string>

#include "logio/net/peer_datagrams.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

class datagram_client : public client {
 public:
  /// Nothing tells when a name has moved to another address, so it is looked up again.
  static constexpr std::chrono::seconds lookup_age_max{60};

  explicit datagram_client(const sink_options& options);

  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override { way_.close(); }
  void interrupt() noexcept override { way_.interrupt(); }

 protected:
  /// What send_record() says of a record, beyond whether it was sent.
  struct remarks {
    std::uint64_t sent_bytes = 0;
    bool cut = false;
    std::string refusal;  ///< with too_long: why
  };

  net::peer_datagrams& way() noexcept { return way_; }

 private:
  virtual net::peer_datagrams::sent send_record(const item& record, net::deadline_time deadline,
                                                remarks& out) = 0;

  void deliver_all(std::span<const item> items, outcome& out);
  bool make_ready(net::deadline_time now);

  net::peer_datagrams way_;
  std::chrono::milliseconds timeout_;
  net::deadline_time looked_up_;
};

}  // namespace logio::sink
