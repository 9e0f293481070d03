#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logio::bench {

/// A notice of loss among the lines of a text stream.
struct loss_notice {
  enum class kind { dropped, missed } what;
  std::uint64_t count;
};

/// True when the line claims to come from the hub itself.
bool is_hub_line(std::string_view line);

/// Reads `TIME logio[hub] HOST: Error L10 (…): N messages dropped since TIME.` and the like of L13,
/// `up to N messages missed since TIME.`; nothing when the line is neither.
std::optional<loss_notice> parse_notice(std::string_view line);

}  // namespace logio::bench
