#include "logio/base/quantity.hpp"

#include <fmt/core.h>

#include <charconv>
#include <limits>
#include <span>
#include <system_error>

namespace logio::base {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr unit sizes[] = {{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"", 1}};
constexpr unit durations[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const unit> units,
                                   std::uint64_t most) noexcept {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest == text.data()) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const unit& u : units) {
    if (u.name != name) continue;
    if (number > most / u.factor) return std::nullopt;
    return number * u.factor;
  }
  return std::nullopt;
}

std::string format(std::uint64_t value, std::span<const unit> units) {
  for (const unit& u : units) {
    if (value != 0 && value % u.factor == 0) return fmt::format("{}{}", value / u.factor, u.name);
  }
  return {};
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  return parse(text, sizes, std::numeric_limits<std::uint64_t>::max());
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  // A hundred years at most: timers add durations to clocks in nanoseconds.
  constexpr std::uint64_t most = 36'500ULL * 86'400'000;
  const auto parsed = parse(text, durations, most);
  if (!parsed) return std::nullopt;
  return std::chrono::milliseconds(*parsed);
}

std::string format_size(std::uint64_t bytes) {
  return bytes == 0 ? "0" : format(bytes, sizes);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration.count() <= 0) return "0s";
  return format(static_cast<std::uint64_t>(duration.count()), durations);
}

}  // namespace logio::base
