#include "pattern_check.hpp"

#include <fmt/core.h>

#include "logio/record/severity.hpp"
#include "terminal_text.hpp"

namespace logio::app {

boost::system::result<filter::filter, std::string> compile_patterns(const filter::spec& wanted) {
  auto compiled = filter::compile(wanted, filter::limits());
  if (compiled) return std::move(*compiled);
  const filter::pattern_error& why = compiled.error();
  constexpr std::size_t shown_bytes_max = 200;
  const bool is_long = why.pattern.size() > shown_bytes_max;
  return fmt::format("--{}: '{}{}': {} at byte {}. {}",
                     why.parameter == "log" ? "grep" : why.parameter,
                     visible(why.pattern.substr(0, shown_bytes_max)), is_long ? "..." : "",
                     why.message, why.offset, why.hint);
}

boost::system::result<record::severity_number, std::string> read_severity(
    const std::string& text) {
  if (text.empty()) return record::severity_number{0};
  if (const auto severity = record::parse_severity(text)) return *severity;
  return fmt::format("--severity: '{}' is no severity: trace, debug, info, warn, error, fatal or "
                     "1 to 24", visible(text));
}

}  // namespace logio::app
