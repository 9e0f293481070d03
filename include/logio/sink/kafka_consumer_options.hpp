/// Which topics are read of which Kafka cluster, as which group.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
/// Limits:         as said at each; kafka_consumer::open() refuses what is outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// Where a partition begins of which the group has committed nothing. One whose committed offset
/// is not there any more always goes on at the earliest: what is left of it is not skipped.
enum class kafka_start : std::uint8_t { earliest, latest };

struct kafka_consumer_options {
  std::string name;                 ///< the client is `logio-NAME` to the brokers
  std::vector<peer_address> peers;  ///< one or more
  std::vector<std::string> topics;  ///< one or more: 1-249 of [A-Za-z0-9._-] each; no patterns
  std::string group;                ///< shares the partitions; its offsets are what is committed
  kafka_start start = kafka_start::earliest;

  transport over = transport::tcp;  ///< or tls
  tls_options tls;
  /// PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, with secrets.user and secrets.password; empty: no SASL.
  std::string sasl_mechanism;
  secret_options secrets;

  std::chrono::milliseconds timeout{10'000};  ///< for connecting and for each answer
  /// A member that was not heard of for so long loses its partitions, 100 ms to an hour. Brokers
  /// have limits of their own, 6 s to 30 min if they are not told otherwise.
  std::chrono::milliseconds session_timeout{45'000};

  bool operator==(const kafka_consumer_options&) const = default;
};

}  // namespace logio::sink
