/// The paths of the HTTP port, what may be done at each, and who answers there.
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
};

/// Null: there is nothing at this path.
const route* find_route(std::string_view path) noexcept;

/// What can be done at one path or another, as the Allow header lists it.
std::string_view all_methods() noexcept;

/// The paths that there are, for who asked for another one: `/, /v1/topics, …`.
std::string route_paths();

}  // namespace logio::serve
