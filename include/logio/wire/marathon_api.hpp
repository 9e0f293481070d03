/// What Marathon's API answers about subscriptions, and what it never says of itself: that it could
/// not be heard.
///
///     {"callbackUrls":["http://hub:7702/events"]}      read_callback_urls()
///     {"message":"http event callback system …"}       read_api_message()
///
/// Thread safety:  free functions: any thread.
/// Limits:         1 MiB of URLs, 2 KiB of a message.
/// Source:         Marathon's docs/docs/rest-api/public/api/v2/eventSubscriptions.raml; README,
///                 "Marathon's events".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/wire/marathon_event.hpp"

namespace logio::wire {

/// Nothing: it is no such list.
std::optional<std::vector<std::string>> read_callback_urls(std::string_view json);

/// In one line; empty when `json` is no object with a message.
std::string read_api_message(std::string_view json);

/// The record that says from when to when nothing could be received, and why.
marathon_event make_interruption(std::int64_t from_ns, std::int64_t to_ns, std::string_view why,
                                 std::string_view host);

/// Marathon's event types, in the order of its documents; whatever else comes is `other`.
std::size_t event_type_count() noexcept;
/// REQUIRES: index < event_type_count(). The last one is `other`.
std::string_view event_type_name(std::size_t index) noexcept;
std::size_t event_type_index(std::string_view name) noexcept;

}  // namespace logio::wire
