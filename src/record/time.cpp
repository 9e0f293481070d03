#include "logio/record/time.hpp"

#include <cstring>

#include "logio/base/digits.hpp"

namespace logio::record {
namespace {

using base::is_digit;
using detail::fraction_bytes_max;
using detail::ns_per_second;
using detail::take_fraction;

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::size_t minute_bytes = 17;  // of "2016-12-06T22:14:"

/// Two digits as a number, or -1.
constexpr int two_digits(const char* at) noexcept {
  return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10 + (at[1] - '0') : -1;
}

/// Days since 1970-01-01 in the Gregorian calendar, prolonged backwards (RFC 3339, section 1).
/// Years begin in March here, so that the leap day is the last of its year.
constexpr std::int64_t days_of(int year, int month, int day) noexcept {
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t m = month <= 2 ? month + 9 : month - 3;
  const std::int64_t leap_days = y / 4 - y / 100 + y / 400;
  return y * 365 + leap_days + (m * 153 + 2) / 5 + (day - 1) - 719'468;
}
static_assert(days_of(1970, 1, 1) == 0 && days_of(2000, 3, 1) == 11'017);

struct civil {
  int year, month, day;
};

/// The inverse of days_of() for years 0 and later.
constexpr civil civil_of(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719'468;           // since 0000-03-01
  const std::int64_t era = shifted / 146'097;            // of 400 years
  const std::int64_t in_era = shifted % 146'097;
  const std::int64_t year_in_era =
      (in_era - in_era / 1'460 + in_era / 36'524 - in_era / 146'096) / 365;
  const std::int64_t in_year =
      in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
  const std::int64_t m = (5 * in_year + 2) / 153;
  const int day = static_cast<int>(in_year - (153 * m + 2) / 5) + 1;
  const int month = static_cast<int>(m < 10 ? m + 3 : m - 9);
  return {static_cast<int>(era * 400 + year_in_era) + (month <= 2 ? 1 : 0), month, day};
}

constexpr int days_in(int year, int month) noexcept {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// 1-9 digits behind the point as nanoseconds; leaves `p` behind them. False when there is none.
bool parse_fraction(const char*& p, const char* end, std::int64_t& fraction_ns) noexcept {
  if (end - p >= static_cast<std::ptrdiff_t>(fraction_bytes_max)) {
    return take_fraction(p, fraction_ns);
  }
  const char* const first = p;
  fraction_ns = 0;
  while (p != end && p - first < 9 && is_digit(*p)) fraction_ns = fraction_ns * 10 + (*p++ - '0');
  for (auto digits = p - first; digits < 9; ++digits) fraction_ns *= 10;
  return p != first;
}

struct minute {
  int year;
  std::int64_t seconds;  // since 1970
};

/// Parses the 17 bytes "2016-12-06T22:14:".
std::optional<minute> minute_of(const char* at) noexcept {
  const int century = two_digits(at), year_low = two_digits(at + 2);
  const int month = two_digits(at + 5), day = two_digits(at + 8);
  const int hour = two_digits(at + 11), min = two_digits(at + 14);
  const bool separated = at[4] == '-' && at[7] == '-' &&
                         (at[10] == 'T' || at[10] == 't' || at[10] == ' ') && at[13] == ':' &&
                         at[16] == ':';
  if (!separated || century < 0 || year_low < 0) return std::nullopt;
  const int year = century * 100 + year_low;
  if (month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return std::nullopt;
  if (hour < 0 || hour > 23 || min < 0 || min > 59) return std::nullopt;
  // year 0 would make days_of() divide a negative year; it is far outside the range anyhow.
  if (year == 0) return std::nullopt;
  return minute{year, days_of(year, month, day) * seconds_per_day + hour * 3600 + min * 60};
}

/// What follows the minute: seconds, fraction, zone. Null, or behind the zone.
const char* parse_rest(const char* p, const char* end, std::int64_t& second,
                       std::int64_t& fraction_ns) noexcept {
  if (end - p < 3) return nullptr;
  second = two_digits(p);
  if (second < 0 || second > 60) return nullptr;
  p += 2;
  fraction_ns = 0;
  if (*p == '.') {
    ++p;
    if (!parse_fraction(p, end, fraction_ns) || p == end) return nullptr;
  }
  if (*p == 'Z' || *p == 'z') return p + 1;
  if ((*p != '+' && *p != '-') || end - p < 6 || p[3] != ':') return nullptr;
  const int hours = two_digits(p + 1), minutes = two_digits(p + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return nullptr;
  const int offset = hours * 3600 + minutes * 60;
  second += *p == '+' ? -offset : offset;
  return p + 6;
}

void put2(char* out, int value) noexcept {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
}

/// Writes "2016-12-06T22:14:21", 19 bytes.
void put_second(char* out, std::int64_t second) noexcept {
  std::int64_t days = second / seconds_per_day;
  int in_day = static_cast<int>(second % seconds_per_day);
  if (in_day < 0) {
    in_day += seconds_per_day;
    --days;
  }
  const civil date = civil_of(days);
  put2(out, date.year / 100);
  put2(out + 2, date.year % 100);
  out[4] = '-';
  put2(out + 5, date.month);
  out[7] = '-';
  put2(out + 8, date.day);
  out[10] = 'T';
  put2(out + 11, in_day / 3600);
  out[13] = ':';
  put2(out + 14, in_day / 60 % 60);
  out[16] = ':';
  put2(out + 17, in_day % 60);
}

/// Splits towards the past, so that the fraction is never negative.
void split(std::int64_t time_ns, std::int64_t& second, int& fraction_ns) noexcept {
  second = time_ns / ns_per_second;
  fraction_ns = static_cast<int>(time_ns % ns_per_second);
  if (fraction_ns < 0) {
    fraction_ns += ns_per_second;
    --second;
  }
}

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept {
  if (text.size() < 20) return std::nullopt;
  const auto base = minute_of(text.data());
  if (!base) return std::nullopt;
  const char* const end = text.data() + text.size();
  std::int64_t second = 0, fraction_ns = 0, time_ns = 0;
  if (parse_rest(text.data() + 17, end, second, fraction_ns) != end) return std::nullopt;
  second += base->seconds;
  // The first second of the range begins before INT64_MIN: go there from the second behind it.
  const bool before = second < 0 && fraction_ns > 0;
  if (before) {
    ++second;
    fraction_ns -= ns_per_second;
  }
  if (__builtin_mul_overflow(second, ns_per_second, &time_ns) ||
      __builtin_add_overflow(time_ns, fraction_ns, &time_ns)) {
    return std::nullopt;
  }
  return time_ns;
}

bool rfc3339_parser::parse_minute(const char* at) noexcept {
  const auto base = minute_of(at);
  if (!base || base->year <= 1678 || base->year >= 2261) return false;
  std::memcpy(minute_, at, minute_bytes);
  minute_ns_ = base->seconds * ns_per_second;
  return true;
}

const char* rfc3339_parser::parse_any(const char* at, const char* end,
                                      std::int64_t& time_ns) noexcept {
  if (end - at < 20) return nullptr;
  if (std::memcmp(at, minute_, minute_bytes) != 0 && !parse_minute(at)) return nullptr;
  std::int64_t second = 0, fraction_ns = 0;
  const char* const behind = parse_rest(at + 17, end, second, fraction_ns);
  if (behind != nullptr) time_ns = minute_ns_ + second * ns_per_second + fraction_ns;
  return behind;
}

std::uint32_t detail::second_text::change(std::int64_t time_ns) noexcept {
  std::int64_t second = 0;
  int fraction_ns = 0;
  split(time_ns, second, fraction_ns);
  put_second(text_, second);
  // Unsigned, for the first second of the range begins before it.
  begins_ns_ = static_cast<std::uint64_t>(time_ns) - static_cast<std::uint64_t>(fraction_ns);
  return static_cast<std::uint32_t>(fraction_ns);
}

void write_rfc3339(std::int64_t time_ns, char* out) noexcept {
  rfc3339_writer().write(time_ns, out);
}

}  // namespace logio::record
