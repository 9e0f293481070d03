/// How much of the log the ring holds.
///
/// Thread safety:  any thread; the numbers are of one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "logio/ring/ring.hpp"

namespace logio::hub {

struct ring_state {
  /// Of the oldest record that is still there; nothing once the ring has gone round, since only a
  /// reader that pins its oldest chunk can tell.
  std::optional<std::uint64_t> oldest_position;
  std::uint64_t next_position = 0;  ///< of the next record to come
  std::size_t used_bytes = 0;       ///< chunks that were written, with what is lost at their ends
};

ring_state look_at_ring(const ring::log_ring& ring) noexcept;

}  // namespace logio::hub
