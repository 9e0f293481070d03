// The conformance driver's reader of a hub.
#pragma once

#include <functional>
#include <string_view>

#include "conformance_command.hpp"
#include "logio/client/publisher.hpp"

namespace logio::client {

/// Says each record and loss as the library has read it, until there were as many as are wanted or
/// the stream is over. `times` has the pauses before it is asked again.
void subscribe(const command& wanted, const publisher_options& times,
               const std::function<void(std::string_view)>& say);

}  // namespace logio::client
