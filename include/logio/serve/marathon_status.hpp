/// What /v1/marathon and /metrics tell of how the hub stands with Marathon.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::serve {

/// Events come while it is registered or streaming.
inline constexpr std::array<std::string_view, 5> marathon_states = {
    "connecting", "registered", "streaming", "back_off", "stopped"};

struct marathon_status {
  std::string_view state;     ///< one of marathon_states
  std::int64_t since_ns = 0;  ///< of that state
  std::string url = {};  ///< as it was given, secrets as ***
  std::string callback_url = {};  ///< empty: none
  std::string address = {};  ///< who answered last; empty: nobody has
  std::string why_stream = {};  ///< why events do not come as callbacks; empty: they do
  std::string last_error = {};  ///< empty: there was none
  std::int64_t last_error_ns = 0;
  std::uint64_t errors = 0, interruptions = 0, heartbeats = 0, registrations = 0;
  std::uint64_t refused_events = 0;  ///< of the stream

  bool is_up() const noexcept { return state == "registered" || state == "streaming"; }
};

}  // namespace logio::serve
