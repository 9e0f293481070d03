/// What `logio ship` can be told: where records come from, and the sink that they go to.
///
///     logio ship 'elasticsearch://es/logs' --from /data --state /var/lib/logio/ship
///     logio ship 'gelf+tcp://graylog:12201' --from 'kafka://k1,k2/application_log?group=g'
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects; complete() reads files that the sink's URL names.
/// Errors:         one line that names the flag or the URL, and what is allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "logio/config/client_options.hpp"
#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::config {

/// Standard input, until it ends.
struct ship_from_stream {
  enum class format : std::uint8_t { text, ndjson };
  format form = format::text;
};

/// A journal's directory or one of its files, as it is now.
struct ship_from_journal {
  std::string path;
};

/// A running hub.
struct ship_from_hub {
  hub_url hub;
  std::string query;  ///< of the URL, as written: which records
};

/// A topic of Kafka, as a member of a group.
struct ship_from_kafka {
  /// Brokers, TLS and SASL; `path` is the topic.
  sink::sink_options cluster;
  std::string group;
  bool latest = false;  ///< a group without offsets begins with what is new
};

struct ship_options {
  std::variant<ship_from_stream, ship_from_journal, ship_from_hub, ship_from_kafka> from;
  std::string shown_from;  ///< without secrets
  sink::sink_options sink;
  /// Of records that bring none of their own.
  std::string app, proc, host;
  std::string state;         ///< a directory; empty: nothing is remembered
  std::string since, until;  ///< as written; empty: none
  bool follow = true;        ///< a hub or Kafka, for what is still to come
  bool resend = false;       ///< the state's dead letters first
};

/// What is written on the command line.
struct ship_flags {
  std::string sink, from = "-", format;
  std::optional<std::string> app, proc, host;
  std::string state, since, until;
  bool no_follow = false, resend = false;
};

command ship_command(ship_flags& flags);

complete_options<ship_options> complete(const ship_flags& flags, const environment& env,
                                        const std::string& local_host);

}  // namespace logio::config
