#include "logio/record/severity.hpp"

#include <algorithm>
#include <array>

namespace logio::record {
namespace {

constexpr std::array<std::string_view, 6> names = {"trace", "debug", "info",
                                                   "warn",  "error", "fatal"};

bool same_word(std::string_view text, std::string_view lower_case) noexcept {
  return std::ranges::equal(text, lower_case, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

std::optional<severity_number> parse_severity(std::string_view text) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (same_word(text, names[i])) return static_cast<severity_number>(1 + 4 * i);
  }
  if (text.empty() || text.size() > 2 || text[0] == '0') return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  if (number > severity_max) return std::nullopt;
  return static_cast<severity_number>(number);
}

std::string_view severity_name(severity_number severity) noexcept {
  if (severity == 0 || severity > severity_max) return {};
  return names[(severity - 1u) / 4];
}

std::uint8_t syslog_severity(severity_number severity) noexcept {
  constexpr std::uint8_t of[severity_max + 1] = {6, 7, 7, 7, 7, 7, 7, 7, 7, 6, 5, 5, 5,
                                                 4, 4, 4, 4, 3, 3, 3, 3, 2, 1, 0, 0};
  return severity > severity_max ? of[0] : of[severity];
}

std::optional<severity_number> severity_of_syslog(unsigned level) noexcept {
  constexpr std::array<severity_number, 8> of = {23, 22, 21, 17, 13, 10, 9, 5};
  if (level >= of.size()) return std::nullopt;
  return of[level];
}

}  // namespace logio::record
