/// Delivers records to Kafka: at least once, by an idempotent producer.
///
///     key = app       one app's records are in one partition (Java's murmur2), in their order
///     timestamp       the event's time; headers app, proc, host, time, severity
///     value           format json (the default), text, or gelf with an encoder for it
///     topic           options.path with %Y %m %d %H of the event's time, UTC
///
/// A call hands its batch to the producer and waits for every answer. When brokers do not answer in
/// time the records stay in flight: the producer repeats them under their sequence numbers, so the
/// brokers keep one of each, and they are recognized when they are offered again. So a broker that
/// crashes, hangs or moves makes no duplicates. What can: the hub ends, or the runner gives records
/// up, while they are in flight (both: at most the one batch); nothing is heard of a batch for
/// `in_flight_age_max`; a broker that has forgotten its producers or refuses one for good. In the
/// latter cases a new producer repeats what is in doubt.
///
/// refused:        too large for the topic, not valid for it, an illegal topic name. pending:
///                 everything else, also a topic that does not exist or may not be written to,
///                 since that can be mended.
/// Order:          within an app as offered, except around a refused record: what shared its batch
///                 is produced again, and may come behind what was produced after it. When a topic
///                 takes smaller batches than is usual, this happens until it is learned.
///
/// Ownership:      owns the producer with its threads. Producers that are closing are joined on a
///                 thread of their own, and waited for by the destructor: a name that is being
///                 looked up can hold it up for as long as the resolver does.
/// Thread safety:  as client.
/// Limits:         a message is at most 64 MiB. Kafka keeps records by their timestamp: what is
///                 older than the topic's retention is taken and soon deleted.
/// Source:         KIP-98 (idempotent producer), KIP-32 (timestamps), KIP-82 (headers).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// Appends the record's value to the string.
using kafka_value_encoder = std::function<void(const item&, std::string&)>;

struct kafka_client_or_error {
  std::unique_ptr<sink::client> client;
  std::string error;  ///< why there is none, and how to mend it
};

inline constexpr std::chrono::minutes in_flight_age_max{15};

/// Checks the options and makes the client, which begins to connect by itself: the call returns at
/// once and is the same whether a broker is there or not. Without `gelf` format gelf is refused.
kafka_client_or_error make_kafka_client(const sink_options& options,
                                        kafka_value_encoder gelf = {});

}  // namespace logio::sink
