/// `/v1/status`: the hub in one object.
///
/// Thread safety:  any thread; reads numbers that are each of one moment.
/// Source:         README, "Looking in".
#pragma once

#include <string>

#include "lane.hpp"

namespace logio::serve {

std::string render_status(lane& owner);

}  // namespace logio::serve
