/// The filter of a sink: what config leaves as strings, compiled.
///
/// Thread safety:  pure functions.
#pragma once

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::app {

/// The records that a sink takes. Patterns are its operator's own, so only the filter's own limits
/// hold.
filter::compiled compile_selection(const sink::selection& selection);

/// One line for each sink whose patterns cannot be compiled: `ORIGIN: sink 'URL' has a bad log:
/// ...`. `origins` are those of the sinks, or empty where they are not known.
std::vector<std::string> bad_selections(std::span<const sink::sink_options> sinks,
                                        std::span<const std::string> origins);

}  // namespace logio::app
