#include "setters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "logio/base/quantity.hpp"

namespace logio::config {

using std::chrono::milliseconds;
using wrong = std::optional<std::string>;

setter set_size(std::uint64_t& to, std::uint64_t least, std::uint64_t most) {
  return [&to, least, most](std::string_view value) -> wrong {
    const auto parsed = base::parse_size(value);
    if (!parsed) return "is no size: write N, NKiB, NMiB or NGiB";
    if (*parsed < least) return fmt::format("is too small: at least {}", base::format_size(least));
    if (*parsed > most) return fmt::format("is too large: at most {}", base::format_size(most));
    to = *parsed;
    return std::nullopt;
  };
}

setter set_count(std::uint64_t& to, std::uint64_t least, std::uint64_t most) {
  return [&to, least, most](std::string_view value) -> wrong {
    std::uint64_t parsed = 0;
    const char* const end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, parsed);
    if (error != std::errc{} || rest != end || value.empty() || parsed < least || parsed > most) {
      return fmt::format("is no number from {} to {}", least, most);
    }
    to = parsed;
    return std::nullopt;
  };
}

setter set_duration(milliseconds& to, milliseconds least, milliseconds most) {
  return [&to, least, most](std::string_view value) -> wrong {
    const auto parsed = base::parse_duration(value);
    if (!parsed) return "is no duration: write N with ms, s, m, h or d";
    if (*parsed < least) {
      return fmt::format("is too short: at least {}", base::format_duration(least));
    }
    if (*parsed > most) return fmt::format("is too long: at most {}", base::format_duration(most));
    to = *parsed;
    return std::nullopt;
  };
}

setter set_bool(bool& to) {
  return [&to](std::string_view value) -> wrong {
    if (value != "true" && value != "false") return "is none of true|false";
    to = value == "true";
    return std::nullopt;
  };
}

setter set_word(std::string& to, std::vector<std::string> words) {
  return [&to, words = std::move(words)](std::string_view value) -> wrong {
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      return fmt::format("is none of {}", fmt::join(words, "|"));
    }
    to = value;
    return std::nullopt;
  };
}

setter set_choice(std::string words, std::function<bool(std::string_view)> choose) {
  return [words = std::move(words), choose = std::move(choose)](std::string_view value) -> wrong {
    if (choose(value)) return std::nullopt;
    return "is none of " + words;
  };
}

setter set_not_empty(std::string& to) {
  return [&to](std::string_view value) -> wrong {
    if (value.empty()) return "is empty";
    to = value;
    return std::nullopt;
  };
}

setter set_optional(std::optional<std::string>& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    to = value;
    return std::nullopt;
  };
}

}  // namespace logio::config
