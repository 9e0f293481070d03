/// A URL as it may be shown: without passwords, also when it is not a good URL.
///
///     kafka://user:***@b1:9092/topic?sasl_mechanism=PLAIN
///     elasticsearch://host/index?token=***
///
/// What stands where a port should be may be a password behind which `@HOST` is missing: it and
/// what is behind it is shown only for schemes that take no password. The value of a parameter that
/// is not known is not shown either: it may be a misspelt password.
///
/// Thread safety:  pure functions.
#pragma once

#include <string>
#include <string_view>

namespace logio::config {

std::string masked_url(std::string_view url);

/// Whether text in front of the last @ lies behind a `/` or `?`: most likely a password in which
/// these are not escaped.
bool has_stray_at(std::string_view url);

}  // namespace logio::config
