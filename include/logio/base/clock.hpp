/// The two clocks, as the numbers that the program reckons with.
///
/// Thread safety:  any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace logio::base {

/// Nanoseconds since 1970-01-01T00:00:00Z; may step when the machine's clock is set.
inline std::int64_t unix_now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Nanoseconds of a clock that only goes forward.
inline std::int64_t monotonic_now_ns() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace logio::base
