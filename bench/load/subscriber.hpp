#pragma once

#include "chunked.hpp"
#include "json_lines.hpp"
#include "latency.hpp"
#include "net.hpp"
#include "verifier.hpp"
#include "wire.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace logio::bench {

/// Which lines a group of subscribers must get.
enum class matches { all, none, one_topic };

/// Subscribers that ask alike.
struct subscriber_group {
  std::uint32_t count = 1;
  matches wanted = matches::all;
  std::uint32_t topic = 0;
  enum class pace { full, slow, stuck } reads = pace::full;  ///< stuck: the head, then nothing
  std::string query;  ///< `{i}` is the subscriber's number in its group
};

/// One subscribing connection; checks what it gets.
class subscriber final : public handler {
 public:
  /// Connects to `port` and asks.
  subscriber(const wire& protocol, const expectation& expected, const subscriber_group& group,
             std::uint32_t nth, std::uint32_t publishers, std::uint16_t port, poller& events,
             answer_format answer);
  /// Takes a connection that the server made.
  subscriber(const wire& protocol, const expectation& expected, const subscriber_group& group,
             std::uint32_t publishers, descriptor socket, poller& events);

  const subscriber_group& group() const { return *group_; }
  const verifier& lines() const { return verifier_; }
  verifier& lines() { return verifier_; }
  /// True once the server said that the subscription is in force.
  bool in_force() const { return in_force_; }
  /// Must keep up: what it got bounds what is sent.
  bool gates() const {
    return group_->reads == subscriber_group::pace::full && group_->wanted != matches::none;
  }
  bool stuck() const { return group_->reads == subscriber_group::pace::stuck; }
  bool slow() const { return group_->reads == subscriber_group::pace::slow; }
  /// The server gave this reader up (looked at for the stuck ones, which do not read).
  bool cut_off() const { return is_closed_by_peer(socket_); }
  void measure(latency* ages);

  /// Reads once. The owner calls it for the slow ones, which no event wakes.
  void read();

  void on_ready(std::uint32_t events) override;

 private:
  void take(const char* bytes, std::size_t count);
  void take_greeted(const char* bytes, std::size_t count);

  const wire* protocol_;
  const subscriber_group* group_;
  poller* events_;
  descriptor socket_;
  verifier verifier_;
  std::optional<json_lines> json_;
  http_answer answer_;
  std::string greeting_;
  latency* ages_ = nullptr;
  bool in_force_ = false;
};

}  // namespace logio::bench
