/// The words of loss notices, in every format: `Error L10 (output buffer overflow): 42 messages
/// dropped since 2016-12-06T22:14:21.448.` The only place where they are written down.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::wire {

/// The subscriber was too slow: exactly `count` matching records were shed.
std::string dropped_words(std::uint64_t count, std::int64_t since_ns);

/// `count` positions were never examined.
std::string missed_words(std::uint64_t count, std::int64_t since_ns);

/// The cursor is of another run of the hub.
std::string continuity_words();

/// Marathon's events could not be received; `why` is a cause in one line, or empty.
std::string interruption_words(std::int64_t from_ns, std::int64_t to_ns, std::string_view why);

}  // namespace logio::wire
