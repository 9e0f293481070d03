/// A Kafka sink's options in librdkafka's words, and what a consumer has in common with it.
///
/// Thread safety:  any thread.
/// Source:         librdkafka 2.8, CONFIGURATION.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// How many records may share one batch on the way to a broker.
struct kafka_batching {
  std::size_t bytes = 1'000'000;  ///< brokers take 1,048,588 unless they are told otherwise
  bool alone = false;             ///< each record is a batch
};

/// The largest message that is sent: a broker ends the connection at a request of 100 MiB
/// (`socket.request.max.bytes`), and would do so again with each retry.
inline constexpr std::size_t kafka_message_bytes_max = std::size_t{64} << 20;

using kafka_settings = std::vector<std::pair<std::string, std::string>>;

/// Nothing, and `out` filled; or why there can be no such producer, and how to mend it. `ca_bundle`
/// holds the system's roots, empty when there are none; it is needed only for TLS without ca_file.
std::optional<std::string> make_kafka_settings(const sink_options& options,
                                               const kafka_batching& batching,
                                               std::string_view ca_bundle, kafka_settings& out);

/// How a cluster is reached, whoever it is that asks. Borrows all of it.
struct kafka_access {
  std::span<const peer_address> peers;
  std::string_view name;  ///< the client is `logio-NAME`
  transport over;
  const tls_options& tls;
  const secret_options& secrets;
  const std::string& sasl_mechanism;
  std::chrono::milliseconds timeout;
};

/// Adds the settings that are the same for producers and consumers; or says why there are none.
std::optional<std::string> add_kafka_access(const kafka_access& access, std::string_view ca_bundle,
                                            kafka_settings& out);

/// `b1:9092,[::1]:9093`
std::string kafka_peers(std::span<const peer_address> peers);
std::string kafka_peers(const sink_options& options);

}  // namespace logio::sink
