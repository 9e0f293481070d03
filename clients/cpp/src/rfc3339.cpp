#include "rfc3339.hpp"

#include <chrono>

namespace logio::client {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes `count` digits, and `behind` if it is not 0, off `text`; -1: they are not there.
int take_digits(std::string_view& text, std::size_t count, char behind) noexcept {
  const std::size_t all = count + (behind != 0 ? 1 : 0);
  if (text.size() < all) return -1;
  int out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
    out = out * 10 + (text[i] - '0');
  }
  if (behind != 0 && (text[count] | 0x20) != (behind | 0x20)) return -1;
  text.remove_prefix(all);
  return out;
}

/// Nothing: no fraction, or one that is none.
std::optional<std::int64_t> take_fraction(std::string_view& text) noexcept {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t out = 0, digit_ns = 100'000'000;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), digit_ns /= 10) {
    out += (text.front() - '0') * digit_ns;
  }
  return out;
}

/// `Z` or `+01:00`.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) noexcept {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const int hours = take_digits(text, 2, ':'), minutes = take_digits(text, 2, 0);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return sign * std::chrono::minutes(hours * 60 + minutes);
}

}  // namespace

std::optional<std::int64_t> read_rfc3339(std::string_view text) noexcept {
  using namespace std::chrono;
  const int y = take_digits(text, 4, '-'), m = take_digits(text, 2, '-');
  const int d = take_digits(text, 2, 'T');
  const int h = take_digits(text, 2, ':'), min = take_digits(text, 2, ':');
  const int s = take_digits(text, 2, 0);
  if (m < 0 || d < 0 || h < 0 || h > 23 || min < 0 || min > 59 || s < 0 || s > 60) {
    return std::nullopt;
  }
  const year_month_day date(year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d)));
  if (y < 1678 || y > 2261 || !date.ok()) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset) return std::nullopt;
  const auto since = sys_days(date) + hours(h) + minutes(min) + seconds(s) - *offset;
  return nanoseconds(since.time_since_epoch()).count() + *fraction;
}

}  // namespace logio::client
