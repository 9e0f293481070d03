/// One topic's connection to another hub, and what the hub answers there.
///
///     connect() ─► greet() ─► send() ─► await() ─► send() ─► await() ─► …
///
/// Each step says false when the lane is done for now: error() says why, fates are what the hub had
/// said by then, and the next connect() begins anew.
///
/// Ownership:      owns its connection; borrows the peer.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Limits:         an answer of the hub is one line of at most answer_bytes_max.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "logio/net/peer_stream.hpp"
#include "logio/record/topic.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"
#include "logio/wire/publish_answer.hpp"
#include "logio/wire/publish_encoder.hpp"

namespace logio::sink {

/// The other hub, as all its lanes know it.
struct hub_peer {
  using clock = std::chrono::steady_clock;
  enum class speech : std::uint8_t { unknown, acknowledged, plain };

  peer_address at;
  std::optional<net::peer_tls_options> tls;
  std::uint64_t own_epoch = 0;  ///< of this hub
  speech speaks = speech::unknown;
  clock::time_point plain_since;

  /// Whether it is taken for an original hub; after a while it is asked again.
  bool is_plain(clock::time_point now);
};

/// Which connection a record goes through.
struct lane_key {
  record::topic topic;
  std::uint64_t epoch = 0;
  bool resent = false;  ///< dead letters: no client id, numbers of the connection's own
  auto operator<=>(const lane_key&) const = default;
};

/// A call's items that go through one lane, in order.
struct lane_share {
  std::vector<std::size_t> items;      ///< by index
  std::vector<std::uint64_t> numbers;  ///< of each, once it is known
  std::vector<std::uint64_t> ends;     ///< of each that was sent, in the connection's bytes
};

class hub_lane {
 public:
  using clock = hub_peer::clock;
  static constexpr std::size_t answer_bytes_max = std::size_t{64} << 10;

  /// `client`: its id, or empty.
  hub_lane(hub_peer& peer, record::topic topic, std::string client);

  /// There is a connection, or the last one still stands; the topic object is on its way if need
  /// be. Sets the share's numbers.
  bool connect(std::span<const item> all, lane_share& share, clock::time_point deadline);
  /// The hub has said what it has; or it is an original one.
  bool greet(std::span<const item> all, lane_share& share, clock::time_point deadline);
  /// What the hub does not have is written.
  bool send(std::span<const item> all, lane_share& share, clock::time_point deadline,
            std::uint64_t& sent_bytes);
  /// The hub has answered for all of it.
  bool await(const lane_share& share, clock::time_point deadline);
  /// What became of the share's items, as far as it is known.
  void tell_fates(const lane_share& share, outcome& out);

  /// Lets go of the connection.
  void hang_up() noexcept;
  /// Before it is destroyed: what an original hub has not read yet is not to be lost by a reset.
  void part() noexcept;
  void interrupt() noexcept { stream_.interrupt(); }
  const std::string& error() const noexcept { return error_; }

 private:
  struct refusal {
    std::uint64_t number;
    std::string why;
  };

  bool open(std::uint64_t first_number, clock::time_point deadline);
  void number(std::span<const item> all, lane_share& share);
  bool flush(clock::time_point deadline);
  bool take_available();
  bool take_some(clock::time_point deadline);
  bool take_lines();
  bool take(const wire::publish_answer& answer);
  bool take_greeting(const wire::publish_answer& greeting);
  bool fail(std::string why);

  hub_peer& peer_;
  const record::topic topic_;
  const std::string client_;
  net::peer_stream stream_;
  wire::publish_encoder encoder_;
  // Of the connection:
  bool plain_ = false, greeted_ = false;
  std::uint64_t next_number_ = 1;  ///< that a record has there unless it brings its own
  std::uint64_t next_own_ = 1;     ///< without a client id: of the next new record
  std::uint64_t acked_ = 0;
  std::string received_;  ///< the beginning of a line
  // Of the call:
  std::string pending_text_;
  std::vector<refusal> refusals_;  ///< their numbers go up
  std::string topic_refused_;
  std::string error_;
};

}  // namespace logio::sink
