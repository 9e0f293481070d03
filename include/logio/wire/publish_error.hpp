/// Why a publisher's bytes were refused: the codes of the wire and one report of one refusal.
///
/// The decoder makes refusals, the session counts, logs and (to publishers that asked for answers)
/// sends them; `closes` says that nothing more can be read from this connection.
///
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::wire {

/// Stable: clients and dashboards rely on the names that code() gives.
enum class publish_error : std::uint8_t {
  bad_json = 1,          ///< not JSON, not an object, or a control character in a string
  bad_topic,             ///< the topic object has an illegal, missing or wrongly typed value
  bad_time,              ///< `time` is not RFC 3339, or a line's stamp is not nanoseconds
  bad_record,            ///< no text, or a wrongly typed or illegal value in a record
  too_long,              ///< a topic object, `fields` or a record over the limit
  too_many_topics,       ///< the hub knows --topics-max live topics (made by the session)
  too_many_connections,  ///< --connections-max reached (made by the listener)
  first_byte_timeout,    ///< nothing came within --first-byte-timeout (made by the session)
  shutting_down,         ///< the hub leaves (made by the session)
};

inline constexpr std::size_t publish_error_count = 10;  // index 0 is unused

/// `bad_json`, `bad_topic` … as publishers are told; static storage.
std::string_view code(publish_error error) noexcept;

struct refusal {
  publish_error error = publish_error::bad_json;
  /// The number of the refused record; 0 when it was the topic object.
  std::uint64_t record = 0;
  /// What, where (key or byte offset in the connection) and how to mend it; UTF-8, one line.
  std::string message;
  /// Framing is lost or there is no topic: nothing more is read from this connection.
  bool closes = false;
};

}  // namespace logio::wire
