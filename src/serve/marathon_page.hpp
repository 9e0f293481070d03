/// `/v1/marathon`: by which way Marathon's events come, since when, and what came.
///
///     {"state":"streaming","since":"…","url":"http://m1",…,"events":{"status_update_event":3}}
///
/// Thread safety:  any thread.
/// Source:         README, "Looking in".
#pragma once

#include <optional>
#include <string>

#include "event_counts.hpp"
#include "logio/serve/marathon_status.hpp"

namespace logio::serve {

/// `link` is nothing when the hub was told no --marathon-url; then the state is `off`.
std::string render_marathon(const std::optional<marathon_status>& link,
                            const event_counts& events);

}  // namespace logio::serve
