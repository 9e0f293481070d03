/// Setters for values with bounds: sizes, counts, durations, choices of words.
///
/// Each says what is wrong with a value as a phrase that goes on behind it: `is no size: ...`.
///
/// Ownership:      setters borrow what they set.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/flag_table.hpp"

namespace logio::config {

inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
inline constexpr auto no_time_limit = std::chrono::milliseconds::max();

setter set_size(std::uint64_t& to, std::uint64_t least, std::uint64_t most);
setter set_count(std::uint64_t& to, std::uint64_t least, std::uint64_t most);
setter set_duration(std::chrono::milliseconds& to, std::chrono::milliseconds least,
                    std::chrono::milliseconds most = no_time_limit);
setter set_optional(std::optional<std::string>& to);
setter set_not_empty(std::string& to);
/// `true` or `false`.
setter set_bool(bool& to);
/// One of `words`.
setter set_word(std::string& to, std::vector<std::string> words);
/// `choose(value)` returns whether it is one of `words`, which are for the error: `a|b`.
setter set_choice(std::string words, std::function<bool(std::string_view)> choose);

}  // namespace logio::config
