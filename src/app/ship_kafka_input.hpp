/// Messages of a Kafka topic as records, for `ship`.
///
///     value         a GELF object; a record object as the hub's own Kafka sink writes it; else
///                   text, which becomes a record of the topic given
///     undecodable   no value, or bytes that are no UTF-8: to the dead letters, as base64
///
/// Offsets are committed behind what is delivered, refused or not wanted, about once a second, when
/// partitions move to another member of the group, and at the end.
///
/// Ownership:      owns the consumer.
/// Thread safety:  as ship_input.
#pragma once

#include <memory>
#include <string>

#include "logio/config/ship_options.hpp"
#include "logio/record/topic.hpp"
#include "ship_input.hpp"

namespace logio::app {

/// Null, and why; a cluster that is not there is no reason.
std::unique_ptr<ship_input> make_ship_kafka_input(ship_source& to, filter::filter wanted,
                                                  const config::ship_from_kafka& from,
                                                  const record::topic& topic, bool follow,
                                                  std::string& why);

}  // namespace logio::app
