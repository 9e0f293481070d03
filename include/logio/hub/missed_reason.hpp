/// Why records were never examined for a reader.
///
/// Thread safety:  values.
/// Source:         the words of the loss notices (README, "What is lost is said").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logio::hub {

enum class missed_reason : std::uint8_t {
  retention,    ///< they were deleted before the reader asked
  overtaken,    ///< the ring went round before the reader came to them
  damaged,      ///< they could not be read
  over_budget,  ///< looking at them would have taken too much of a busy thread's time
  scan_limit,   ///< looking for matches in history took as long as it may
  left_out,     ///< the disk could not take them when they came
};

inline constexpr std::size_t missed_reason_count = 6;

constexpr std::string_view to_string(missed_reason why) noexcept {
  switch (why) {
    case missed_reason::retention: return "retention";
    case missed_reason::overtaken: return "overtaken";
    case missed_reason::damaged: return "damaged";
    case missed_reason::over_budget: return "over_budget";
    case missed_reason::scan_limit: return "scan_limit";
    case missed_reason::left_out: return "left_out";
  }
  return "damaged";
}

}  // namespace logio::hub
