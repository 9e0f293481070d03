/// The parts that all URLs of the configuration have in common.
///
/// Thread safety:  free functions: any thread.
/// Errors:         a phrase that goes on behind the URL: `has no host`.
/// Source:         RFC 3986.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/endpoint_url.hpp"

namespace logio::config {

inline constexpr std::size_t url_bytes_max = std::size_t{16} << 10;

/// Whether it has a scheme's characters.
bool is_scheme(std::string_view text) noexcept;

/// `host`, `host:port`, `[v6]:port`. The port is not 0, unless `default_port` is and none is given.
parsed<host_port> parse_host_port(std::string_view text, std::uint16_t default_port);

/// One or more of them, with commas in between.
parsed<std::vector<host_port>> parse_hosts(std::string_view text, std::uint16_t default_port);

/// The byte that `%XX` at the beginning of `text` stands for; nothing when it is none.
std::optional<char> percent_byte(std::string_view text) noexcept;

/// A value of a query: `%XX` decoded, `+` is a space. Nothing for a % without two hex digits.
std::optional<std::string> percent_decoded(std::string_view text);

bool has_control_character(std::string_view text) noexcept;

/// A path as it is sent: all but `/` and what RFC 3986 allows in a path becomes `%XX`.
std::string percent_encoded_path(std::string_view path);

/// `text` in which control characters are shown as `?`, cut to 300 bytes: a message is one line.
std::string one_line(std::string_view text);

}  // namespace logio::config
