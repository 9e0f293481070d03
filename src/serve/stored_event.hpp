/// An event as it was posted, with what GET /events chooses by.
///
/// Ownership:      owns its strings; event_ptr shares it.
/// Thread safety:  immutable once it is shared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace logio::serve {

struct stored_event {
  std::string json;  ///< without white space around it
  std::string app;   ///< of its record
  std::string type;  ///< eventType; empty: it says none
  std::int64_t arrival_ns = 0;
};

using event_ptr = std::shared_ptr<const stored_event>;

}  // namespace logio::serve
