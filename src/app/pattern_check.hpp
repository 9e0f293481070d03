/// The patterns of a command line, compiled: what is wrong with one is told before a hub is asked.
///
/// Thread safety:  a free function: any thread.
/// Errors:         one line that names the flag, the pattern, the place and the remedy.
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "logio/filter/filter.hpp"
#include "logio/filter/spec.hpp"

namespace logio::app {

boost::system::result<filter::filter, std::string> compile_patterns(const filter::spec& wanted);

/// `--severity` as a number; 0 when it is empty.
boost::system::result<record::severity_number, std::string> read_severity(
    const std::string& text);

}  // namespace logio::app
