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

#include "url_options.hpp"

namespace logio::config {

/// Of a sink, or of something unknown.
std::string masked_url(std::string_view url);

/// Of one that has addresses with commas in between, each with a scheme, a user and a path of its
/// own, in front of a query with the options that `facts` knows:
/// `http://u:***@m1/marathon,https://m2?token=***`. It ends where an address may hold a password
/// behind which `@HOST` is missing.
std::string masked_addresses(std::string_view url, const facts_finder& facts);

/// What to do about one, behind the URL.
inline constexpr const char* stray_at =
    "has a / or ? in front of an @: in a password write %2F and %3F, and %40 for an @ behind the "
    "host";

/// Whether text in front of the last @ lies behind a `/` or `?`: most likely a password in which
/// these are not escaped.
bool has_stray_at(std::string_view url);

/// `b1:9092,b2`, `[::1]:514`, `${HOST}:${PORT}`: behind the colons are ports.
bool is_hosts(std::string_view authority);

}  // namespace logio::config
