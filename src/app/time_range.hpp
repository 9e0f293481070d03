/// `--since` and `--until`, as times of arrival.
///
/// Thread safety:  a pure function.
/// Errors:         one line that names the flag and what it takes.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>

namespace logio::app {

struct time_range {
  std::int64_t since_ns = INT64_MIN, until_ns = INT64_MAX;  ///< from the first on, before the last
};

/// Empty ones are not given; an age is counted back from `now_ns`.
boost::system::result<time_range, std::string> read_time_range(const std::string& since,
                                                               const std::string& until,
                                                               std::int64_t now_ns);

}  // namespace logio::app
