/// Who a lane says it is: the same whenever a record is sent again, and nobody else's.
///
/// Thread safety:  free functions: any thread.
/// Source:         FNV-1a with 128 bits (draft-eastlake-fnv).
#pragma once

#include <cstdint>
#include <string>

#include "logio/record/topic.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// `sink-` and 32 digits. The epoch is random, so the hub is in it; positions go up within it. The
/// selection is in it because numbers of records that were not wanted before count as sent.
std::string lane_id(const sink_options& options, const record::topic& topic, std::uint64_t epoch);

}  // namespace logio::sink
