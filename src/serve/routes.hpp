/// The paths of the HTTP port, what may be done at each, and who answers there.
///
/// A path may have one segment `NAME` in the table: any text without a slash stands there. Names
/// are of letters, digits, `.`, `_` and `-`, so no escape is undone.
///
/// Thread safety:  pure functions over a constant table.
/// Source:         README, "Subscribe" and "Looking in".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::serve {

enum class route_target : std::uint8_t {
  stream,
  topics,
  subscribers,
  events,
  marathon,
  sinks,
  sink_records,
  sink_dead,
  sink_resend,
  reload,
  status,
  healthz,
  readyz,
  metrics,
};

struct route {
  std::string_view path;
  std::string_view allow;  ///< methods, as the Allow header lists them
  route_target target;
  /// Answered also while the hub drains or has as many connections as it may have: who looks after
  /// the hub needs it then most.
  bool always;
  bool at_events_port = false;

  /// `method` as it was sent: methods have no small letters.
  bool allows(std::string_view method) const noexcept;
};

/// Null: there is nothing at this path.
const route* find_route(std::string_view path) noexcept;

/// What stands for NAME in `path`; empty where the route has none. REQUIRES: find_route(path) gave
/// the route.
std::string_view named_in(const route& of, std::string_view path) noexcept;

/// What can be done at one path or another, as the Allow header lists it.
std::string_view all_methods() noexcept;

/// The paths that there are, as the table has them, for who asked for another one: `/, …`.
std::string route_paths(bool at_events_port = false);

}  // namespace logio::serve
