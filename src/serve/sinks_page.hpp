/// `/v1/sinks`: every sink in one list, and what is said of a sink that is not there.
///
/// Thread safety:  any thread; reads numbers that are each of one moment.
/// Limits:         as many rows as the operator has sinks: sent in one go.
/// Source:         README, "Looking in".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/serve/request_error.hpp"
#include "logio/serve/sink_board.hpp"

namespace logio::serve {

/// The hub's sinks; null: it has none.
std::vector<sink_row> rows_of(const sink_board* sinks);

/// The page.
std::string render_sinks(const std::vector<sink_row>& rows);

/// Nothing when there is a sink of that name; else 404 with the names that there are.
std::optional<request_error> judge_sink(const sink_board* sinks, std::string_view name);

}  // namespace logio::serve
