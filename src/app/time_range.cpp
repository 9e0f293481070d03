#include "time_range.hpp"

#include <fmt/core.h>

#include "logio/record/when.hpp"

namespace logio::app {

boost::system::result<time_range, std::string> read_time_range(const std::string& since,
                                                               const std::string& until,
                                                               std::int64_t now_ns) {
  const auto from = since.empty() ? INT64_MIN : record::parse_when(since, now_ns);
  const auto to = until.empty() ? INT64_MAX : record::parse_when(until, now_ns);
  if (!from || !to) {
    return fmt::format("{}: '{}' is neither an age (90s, 10m, 2h, 3d) nor a time "
                       "(2016-12-06T22:14:21Z)",
                       from ? "--until" : "--since", from ? until : since);
  }
  return time_range{*from, *to};
}

}  // namespace logio::app
