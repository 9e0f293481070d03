/// `EPOCH-POSITION`: what users hold of a place in the log.
///
/// Thread safety:  pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logio::serve {

struct cursor {
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;  ///< of the record that it stands behind

  bool operator==(const cursor&) const = default;
};

/// 16 hex digits (in either case), `-`, a decimal number of at most 20 digits that fits 64 bits.
std::optional<cursor> parse_cursor(std::string_view text) noexcept;

}  // namespace logio::serve
