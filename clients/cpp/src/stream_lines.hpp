/// What a line of the hub's NDJSON says.
///
/// Thread safety:  any thread.
/// Source:         README, "Subscribe".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "logio/client/subscription.hpp"

namespace logio::client {

struct unknown_object {};  ///< of a later hub: none of our business
struct no_object {};       ///< no hub sends this

std::variant<received_record, loss, unknown_object, no_object> read_stream_line(
    std::string_view line);

/// One line of what a hub says with a status that is not 200: its message, and its advice.
std::string refusal_of(std::string_view body);

}  // namespace logio::client
