/// Why a subscriber was never shown some positions of the log.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logio::hub {

enum class missed_reason : std::uint8_t {
  retention,    ///< the log had let go of them before the subscriber asked
  overtaken,    ///< the log went round while the subscriber's history was being read
  damaged,      ///< they could not be read back
  over_budget,  ///< line patterns could not keep up with a busy thread
  scan_limit,   ///< a search in history ended at its limit
};

inline constexpr std::size_t missed_reason_count = 5;

}  // namespace logio::hub
