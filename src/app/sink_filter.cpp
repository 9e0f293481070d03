#include "sink_filter.hpp"

#include <fmt/core.h>

#include "logio/record/severity.hpp"

namespace logio::app {

filter::compiled compile_selection(const sink::selection& selection,
                                   std::size_t pattern_bytes_max) {
  filter::spec spec;
  spec.app = selection.app;
  spec.proc = selection.proc;
  spec.host = selection.host;
  spec.log = selection.log;
  spec.exclude = selection.exclude;
  spec.severity = record::parse_severity(selection.severity).value_or(0);
  filter::limits limits;
  limits.pattern_bytes_max = pattern_bytes_max;
  return filter::compile(spec, limits);
}

std::vector<std::string> bad_selections(std::span<const sink::sink_options> sinks,
                                        std::span<const std::string> origins,
                                        std::size_t pattern_bytes_max) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    const auto compiled = compile_selection(sinks[i].selection, pattern_bytes_max);
    if (compiled) continue;
    const filter::pattern_error& e = compiled.error();
    out.push_back(fmt::format("{}sink '{}' has a bad {}: '{}': {} at byte {}. {}",
                              i < origins.size() ? origins[i] + ": " : "", sinks[i].shown_url,
                              e.parameter, e.pattern, e.message, e.offset, e.hint));
  }
  return out;
}

}  // namespace logio::app
