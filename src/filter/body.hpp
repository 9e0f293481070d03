/// What the copies of a filter share: its patterns, compiled.
#pragma once

#include <vector>

#include "logio/filter/filter.hpp"
#include "pattern.hpp"

namespace logio::filter {

struct filter::body {
  spec source;
  std::vector<pattern_ptr> app, proc, host;  // any of them; none: every value
  std::vector<pattern_ptr> log, exclude;     // all of them; none of them
};

}  // namespace logio::filter
