#include "logio/record/when.hpp"

#include <algorithm>

#include "logio/base/quantity.hpp"
#include "logio/record/time.hpp"

namespace logio::record {

std::optional<std::int64_t> parse_when(std::string_view text, std::int64_t now_ns) noexcept {
  constexpr std::int64_t ns_per_ms = 1'000'000;
  if (const auto age = base::parse_duration(text)) {
    return now_ns - std::min<std::int64_t>(age->count(), now_ns / ns_per_ms) * ns_per_ms;
  }
  return parse_rfc3339(text);
}

}  // namespace logio::record
