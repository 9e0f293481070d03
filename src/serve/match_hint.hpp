/// Tells a reader who may have meant a search that whole values are matched: `Logio-Match: none`.
#pragma once

#include "logio/filter/filter.hpp"
#include "logio/hub/topic_table.hpp"

namespace logio::serve {

/// True when no known topic matches `f` whole but some would in part. At most 10,000 topics are
/// looked at, so that a flood of topics does not hold up an I/O thread for longer than some
/// milliseconds.
bool matches_only_in_part(const filter::filter& f, const hub::topic_table& topics);

}  // namespace logio::serve
