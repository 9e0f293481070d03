/// The configuration file: TOML whose keys are `serve`'s flags, and a table for each sink.
///
///     data_dir = "/data"
///     ring_bytes = "256MiB"
///
///     [[sink]]
///     url = "kafka+tls://b1:9093,b2/logs"
///     user = "hub"
///     password = "${KAFKA_PASSWORD}"
///     sasl_mechanism = "SCRAM-SHA-512"
///     app = ["shop", "bank"]
///
/// `sink = ["URL", "URL"]` is the short form for sinks that are all in their URLs.
///
/// Ownership:      the result owns its values.
/// Thread safety:  free functions: any thread, if the command's options are the caller's own.
/// Errors:         all that are in the file, in its order, each `FILE:LINE: KEY: ...`; of what is
///                 no TOML only the first. Secrets are in none of them.
/// Limits:         1 MiB.
/// Source:         TOML 1.0.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::config {

struct config_file {
  std::vector<sink::sink_options> sinks;  ///< in the file's order
  std::vector<std::string> origins;       ///< of each sink: `FILE:LINE`
  std::vector<std::string> errors;        ///< empty: all is well
};

/// Sets what the file at `path` says by the flags of `c`, as far as it is well.
config_file read_config_file(const std::string& path, const command& c, const environment& env);

/// The same with a file's text; `path` is for the errors.
config_file read_config_text(std::string_view text, const std::string& path, const command& c,
                             const environment& env);

}  // namespace logio::config
