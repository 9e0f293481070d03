/// What a hub can be told, by `logio serve` or `logio marathon`: values, defaults, flags.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/base/log.hpp"
#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/input/marathon_options.hpp"
#include "logio/journal/writer_options.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::config {

struct serve_options {
  std::string command_name = "serve";  ///< or `marathon`
  std::string publish_listen = ":7701";    ///< empty, for `marathon` only: none
  std::string subscribe_listen = ":7702";  ///< empty, for `marathon` only: none
  std::uint64_t io_threads = 0;  ///< 0: one for each CPU that the process may run on
  std::uint64_t ring_bytes = std::uint64_t{64} << 20;
  std::uint64_t line_bytes_max = std::uint64_t{1} << 20;
  std::uint64_t subscriber_queue_bytes = std::uint64_t{4} << 20;
  std::uint64_t queues_bytes_total = std::uint64_t{256} << 20;
  std::uint64_t input_bytes_total = std::uint64_t{256} << 20;
  std::uint64_t body_bytes_max = std::uint64_t{256} << 20;
  std::uint64_t topics_max = 100'000;
  std::uint64_t connections_max = 65'536;
  std::uint64_t pattern_bytes_max = 4096;
  bool match_partial = false;
  std::chrono::milliseconds stuck_timeout{15 * 60'000};
  std::chrono::milliseconds grace{10'000};
  std::chrono::milliseconds first_byte_timeout{30'000};
  std::string cors_origin;
  std::string data_dir;  ///< empty: no journal
  journal::fsync_policy fsync = journal::fsync_policy::interval;
  std::chrono::milliseconds fsync_interval{1000};
  journal::segment_compression segment_compression = journal::segment_compression::none;
  std::uint64_t journal_bytes_max = std::uint64_t{10} << 30;
  std::chrono::milliseconds journal_age_max{std::chrono::hours(7 * 24)};
  std::uint64_t disk_free_min = std::uint64_t{1} << 30;
  bool shed_on_disk_stall = false;
  base::log_options log;
  std::string config_file;  ///< empty: none
  std::string events_listen;  ///< empty: none
  std::string event_store = "in-memory://localhost/";  ///< as it was given, secrets as ***
  std::uint64_t events_max = 100;  ///< the newest, that GET /events shows
  /// The store, when it is no memory: then events_max is 0. read_serve() makes it one of sinks.
  std::optional<sink::sink_options> event_sink;
  /// What marathon-logger says of its store on stdout; empty for other stores and for `serve`.
  std::string store_greeting;
  input::marathon_options marathon;
  /// Where records go on to: of the file, the environment and the command line, in this order. The
  /// rule that a flag beats the rest is for values; a sink is one more, and never takes another's
  /// place.
  std::vector<sink::sink_options> sinks;
  std::vector<std::string> arguments;  ///< that said all this; so that it can be read again
  /// What is most likely not meant, each in one line; to be told once, at the start.
  std::vector<std::string> warnings;
};

/// The table of `serve`; its setters write into `options`, which must outlive it. `variables` are
/// for the `${NAME}` in sinks' URLs. See read_serve() for all that makes options complete.
command serve_command(serve_options& options, const environment& variables = {});

}  // namespace logio::config
