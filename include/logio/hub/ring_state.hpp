/// How much of the log the ring holds.
///
/// Thread safety:  any thread; the numbers are of about one moment.
#pragma once

#include <cstddef>
#include <cstdint>

#include "logio/ring/ring.hpp"

namespace logio::hub {

struct ring_state {
  std::uint64_t oldest_position = 0;  ///< of the oldest record that is still there
  std::uint64_t next_position = 0;    ///< of the next record to come
  std::size_t used_bytes = 0;         ///< chunks that are written, with what is lost at their ends
};

ring_state look_at_ring(const ring::log_ring& ring) noexcept;

}  // namespace logio::hub
