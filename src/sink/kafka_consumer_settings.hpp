/// A Kafka consumer's options in librdkafka's words.
///
/// Thread safety:  any thread.
/// Source:         librdkafka 2.8, CONFIGURATION.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "logio/sink/kafka_consumer_options.hpp"
#include "sink/kafka_settings.hpp"

namespace logio::sink {

/// Nothing, and `out` filled; or why there can be no such consumer, and how to mend it. `ca_bundle`
/// as for make_kafka_settings().
std::optional<std::string> make_kafka_consumer_settings(const kafka_consumer_options& options,
                                                        std::string_view ca_bundle,
                                                        kafka_settings& out);

}  // namespace logio::sink
