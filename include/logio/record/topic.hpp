/// A topic: the triple app, proc, host under which records are published.
///
/// Ownership:      `topic` owns its strings, `topic_view` borrows them.
/// Thread safety:  distinct objects.
/// Errors:         check() says which value is wrong and why, in words for the publisher.
/// Limits:         app 1-255 bytes, proc and host 0-255; UTF-8 without control characters,
///                 '[' or ']' (they would make a text line ambiguous).
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace logio::record {

struct topic_view {
  std::string_view app, proc, host;
  auto operator<=>(const topic_view&) const = default;
};

struct topic {
  std::string app, proc, host;
  auto operator<=>(const topic&) const = default;
  operator topic_view() const noexcept { return {app, proc, host}; }
};

inline constexpr std::size_t topic_value_bytes_max = 255;

/// Nothing when `t` is legal; otherwise what is wrong, e.g. `app is empty` or
/// `proc has a control character (0x0a) at byte 3`.
std::optional<std::string> check(const topic_view& t);

/// ` app[proc] host: `: what stands between time and text of a text line.
std::string text_label(const topic_view& t);

/// `"app":"shop","proc":"web","host":"h1",`: its members of a JSON object, without what is empty.
std::string json_members(const topic_view& t);

}  // namespace logio::record
