/// Which part of the log a subscriber asks for besides, or instead of, what is new.
///
/// Ownership:      a value.
/// Thread safety:  distinct objects.
/// Limits:         tail_max.
#pragma once

#include <cstdint>
#include <optional>

namespace logio::hub {

struct history_request {
  static constexpr std::uint64_t tail_max = 1'000'000;

  /// The last so many that match; with since_ns, of those.
  std::optional<std::uint64_t> tail = std::nullopt;
  /// Arrived then or later. REQUIRES: it is not in the future.
  std::optional<std::int64_t> since_ns = std::nullopt;
  std::optional<std::int64_t> until_ns = std::nullopt;  ///< arrived earlier
  std::optional<std::uint64_t> after = std::nullopt;    ///< behind the record with this position
  /// From the oldest that is held on. Where none of the others says where to begin.
  bool oldest = false;
  /// Goes on with what is new; until_ns ends it nevertheless.
  bool follow = true;
  /// The reader's cursor means nothing here: it is told so first.
  bool continuity_lost = false;

  /// Nothing but what is new, for ever.
  bool live_only() const noexcept {
    return follow && !tail && !since_ns && !until_ns && !after && !oldest && !continuity_lost;
  }
};

}  // namespace logio::hub
