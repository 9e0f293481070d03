/// Whether a sink's values go together: what no single option can tell.
///
/// Thread safety:  free functions: any thread.
/// Errors:         phrases that go on behind the URL: `has no topic; ...`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/sink/sink_options.hpp"
#include "sink_parameters.hpp"
#include "url_options.hpp"

namespace logio::config {

inline constexpr std::size_t sink_name_bytes_max = 64;

/// Whether it looks like a name or an address.
bool is_host(std::string_view host) noexcept;

/// The path by the rules of the peer: a topic of Kafka, an index, a file.
std::optional<std::string> check_sink_path(const sink::sink_options& o, const sink_scheme& scheme);

/// All that is wrong; `given` are the names of the options that are set.
std::vector<std::string> check_sink(const sink::sink_options& o, const sink_scheme& scheme,
                                    const option_names& given);

/// `syslog-host-514`, `kafka-b1-9092-logs`; not unique.
std::string default_sink_name(const sink::sink_options& o);

}  // namespace logio::config
