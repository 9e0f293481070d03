/// The filter of a sink: what config leaves as strings, compiled.
///
/// Thread safety:  pure functions.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::app {

/// The records that a sink takes. `pattern_bytes_max` is that of serve.
filter::compiled compile_selection(const sink::selection& selection,
                                   std::size_t pattern_bytes_max);

/// One line for each sink whose patterns cannot be compiled: `ORIGIN: sink 'URL' has a bad log:
/// ...`. `origins` are those of the sinks, or empty where they are not known.
std::vector<std::string> bad_selections(std::span<const sink::sink_options> sinks,
                                        std::span<const std::string> origins,
                                        std::size_t pattern_bytes_max);

}  // namespace logio::app
