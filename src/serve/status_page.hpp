/// `/v1/status`: the hub in one object.
///
/// Thread safety:  any thread; reads numbers that are each of one moment.
/// Source:         INTERFACES 4.
#pragma once

#include <string>

#include "lane.hpp"

namespace logio::serve {

std::string render_status(lane& owner);

}  // namespace logio::serve
