/// The callback URL: where Marathon shall post its events, which is a port of this hub.
///
///     http://hub.example:7702/events
///     http://${HOST}:${PORT0}/events
///
/// `${NAME}` stands for a variable of the environment. All else is as Marathon is told it: escapes
/// stay.
///
/// Thread safety:  free functions: any thread.
/// Errors:         a phrase that goes on behind the URL: `has no scheme: ...`; never with what a
///                 variable holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/input/marathon_options.hpp"

namespace logio::config {

/// The URL that Marathon can be told, with what the variables hold.
parsed<std::string> parse_callback_url(std::string_view text, const environment& env);

/// As it may be shown, good or bad.
std::string shown_callback_url(std::string_view url);

/// What makes it unlikely that Marathon's events come to this hub, each in one line; for a callback
/// URL that is well, or none.
std::vector<std::string> callback_warnings(const input::marathon_options& marathon);

}  // namespace logio::config
