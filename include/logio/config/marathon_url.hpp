/// Where Marathon is, as it is configured: the addresses of one cluster, with options behind them.
///
///     http://marathon:8080
///     http://user:${PW}@m1:8080/marathon,http://m2:8080,m3?event_type=app_terminated_event
///     https://m1,m2?token_file=/run/secrets/marathon&ca_file=/etc/ssl/marathon.pem
///
/// Addresses stand in front of the only `?`, with commas in between. One without a scheme has that
/// of the address before it, and one without a user has that of the first one. Each may have a
/// path, which is in front of Marathon's own `/v2`.
///
/// Options: user, password, password_file, token, token_file, event_type (repeated: each of them),
/// check, timeout, read_timeout; for https ca_file, cert_file, key_file, tls_verify. Escapes,
/// `${NAME}` and files of secrets are as in a sink's URL.
///
/// Ownership:      results own their values.
/// Thread safety:  free functions: any thread. They read files, and change nothing.
/// Errors:         all that is wrong with the URL, as a phrase that goes on behind it: `has no
///                 scheme: write http://HOST:PORT`; never with a secret, or with what a variable
///                 holds.
/// Limits:         16 KiB; secrets of 64 KiB, PEM files of 4 MiB.
/// Source:         RFC 3986; README, "Marathon's events".
#pragma once

#include <string>
#include <string_view>

#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"
#include "logio/input/marathon_options.hpp"

namespace logio::config {

/// All of marathon_options but callback_url.
parsed<input::marathon_options> parse_marathon_url(std::string_view url, const environment& env);

/// A URL as it may be shown, good or bad: without secrets.
std::string shown_marathon_url(std::string_view url);

}  // namespace logio::config
