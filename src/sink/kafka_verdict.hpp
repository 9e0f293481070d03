/// What a Kafka error means for the record that it was reported for.
///
/// Thread safety:  any thread.
/// Source:         Kafka protocol guide, "Error Codes", and which of them it calls retriable;
///                 librdkafka's own codes are negative.
#pragma once

#include <cstdint>

namespace logio::sink {

enum class kafka_verdict : std::uint8_t {
  delivered,
  refused,        ///< this record will never be taken
  batch_refused,  ///< some record of its batch will never be taken: alone, it would say which
  again,          ///< an innocent neighbour of a refused record: produce it once more
  pending,        ///< not taken now: a later try may do
  busy,           ///< as pending, and the brokers ask for patience
  in_doubt,       ///< as pending, and the producer has lost count: a new one is needed
};

/// `record_named`: the broker said which record of the batch it means.
kafka_verdict judge_kafka_error(int code, bool record_named) noexcept;

}  // namespace logio::sink
