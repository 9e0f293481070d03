/// `/metrics`: what the hub has counted, in Prometheus' text format.
///
/// Only atomics are read, and summed over the threads: nobody is waited for and nobody waits. No
/// label holds anything that a client can invent, so the page's size is bounded: sinks have the
/// operator's names.
///
/// Thread safety:  any thread.
/// Source:         README, "Looking in"; Prometheus, "Text-based format".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event_counts.hpp"
#include "logio/hub/hub.hpp"
#include "logio/serve/server.hpp"
#include "process_stats.hpp"

namespace logio::serve {

/// What the hub itself does not know.
struct server_facts {
  std::string_view version;
  bool ready = true;
  std::uint64_t turned_away = 0;  ///< connections that were told 503 without being read
  process_stats process;
  std::optional<journal_status> journal = std::nullopt;
  std::vector<sink_row> sinks = {};
  const config_board* config = nullptr;  ///< null: it cannot be read again
  std::optional<marathon_status> marathon = std::nullopt;
  const event_counts* events = nullptr;  ///< null: nothing is told of events
};

std::string render_metrics(hub::hub& h, const server_facts& facts);

}  // namespace logio::serve
