/// Points in time as the hub keeps them: signed nanoseconds since 1970-01-01T00:00:00Z.
///
/// Thread safety:  free functions: any thread.
/// Limits:         1677-09-21 to 2262-04-11 (64 bits of nanoseconds); a time outside is refused.
/// Source:         RFC 3339, section 5.6 (`date-time`); leap seconds (`:60`) are taken as `:59`'s
///                 following second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "logio/base/digits.hpp"

namespace logio::record {

/// Parses an RFC 3339 time: `T`, `t` or one space between date and time, 0-9 fraction digits
/// (further digits are refused), `Z`, `z` or an offset. Nothing when it is not one.
std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept;

/// Parses times that mostly share their minute with the time before: what a publisher sends.
///
/// Thread safety:  distinct objects.
class rfc3339_parser {
 public:
  /// Parses the time at the beginning of [at, end) and returns behind it, `time_ns` set. Null when
  /// there is none, or one so unusual (years 1678 and before, 2261 and after) that
  /// parse_rfc3339() is to decide; `time_ns` is then as before.
  const char* parse_prefix(const char* at, const char* end, std::int64_t& time_ns) noexcept {
    const char* const behind = parse_usual(at, end, time_ns);
    return behind != nullptr ? behind : parse_any(at, end, time_ns);
  }

 private:
  const char* parse_usual(const char* at, const char* end, std::int64_t& time_ns) const noexcept;
  const char* parse_any(const char* at, const char* end, std::int64_t& time_ns) noexcept;
  bool parse_minute(const char* at) noexcept;

  // The last minute parsed; before the first, one that is true.
  std::int64_t minute_ns_ = 0;
  char minute_[18] = "1970-01-01T00:00:";
};

namespace detail {

/// The second of the time before as text, since neighbours mostly share it.
class second_text {
 public:
  static constexpr std::size_t bytes = 20;  // of "2016-12-06T22:14:21."

  /// Makes `time_ns`'s second the current one; returns the nanoseconds within it.
  std::uint32_t enter(std::int64_t time_ns) noexcept {
    const std::uint64_t in_second = static_cast<std::uint64_t>(time_ns) - begins_ns_;
    return in_second < 1'000'000'000 ? static_cast<std::uint32_t>(in_second) : change(time_ns);
  }
  const char* text() const noexcept { return text_; }

 private:
  std::uint32_t change(std::int64_t time_ns) noexcept;

  // Where the current second begins (modulo 2^64); before the first, one that is true.
  std::uint64_t begins_ns_ = 0;
  char text_[bytes + 1] = "1970-01-01T00:00:00.";
};

}  // namespace detail

/// `2016-12-06T22:14:21.448`: UTC, milliseconds truncated towards the past, no zone.
inline constexpr std::size_t text_time_bytes = 23;

/// Writes text times; remembers the last second, since neighbours mostly share it.
///
/// Thread safety:  distinct objects.
class text_time_writer {
 public:
  /// Writes exactly text_time_bytes bytes to `out`.
  void write(std::int64_t time_ns, char* out) noexcept;

 private:
  detail::second_text second_;
};

/// `2016-12-06T22:14:21.448123456Z`, always nine fraction digits.
inline constexpr std::size_t rfc3339_bytes = 30;

/// Writes exactly rfc3339_bytes bytes to `out`.
void write_rfc3339(std::int64_t time_ns, char* out) noexcept;

/// Writes such times; remembers the last second, since neighbours mostly share it.
///
/// Thread safety:  distinct objects.
class rfc3339_writer {
 public:
  /// Writes exactly rfc3339_bytes bytes to `out`.
  void write(std::int64_t time_ns, char* out) noexcept;

 private:
  detail::second_text second_;
};

namespace detail {

inline constexpr std::int64_t ns_per_second = 1'000'000'000;
inline constexpr std::size_t fraction_bytes_max = 9;
/// By the number of digits behind the point.
inline constexpr std::int64_t ns_per_unit[] = {1'000'000'000, 100'000'000, 10'000'000,
                                               1'000'000,     100'000,     10'000,
                                               1'000,         100,         10};

/// 1-9 digits as nanoseconds; leaves `p` behind them. False when there is none. REQUIRES:
/// fraction_bytes_max readable bytes.
inline bool take_fraction(const char*& p, std::int64_t& fraction_ns) noexcept {
  const std::uint64_t eight = base::load_8_bytes(p);
  const unsigned digits = base::count_leading_digits(eight);
  if (digits == 0) return false;
  fraction_ns = static_cast<std::int64_t>(base::value_of_leading_digits(eight, digits)) *
                ns_per_unit[digits];
  p += digits;
  const bool ninth = digits == 8 && base::is_digit(*p);
  fraction_ns += ninth ? *p - '0' : 0;
  p += ninth ? 1 : 0;
  return true;
}

}  // namespace detail

/// The minute of the time before, seconds below 60, a fraction and `Z`; null for all else.
inline const char* rfc3339_parser::parse_usual(const char* at, const char* end,
                                               std::int64_t& time_ns) const noexcept {
  constexpr std::size_t minute_bytes = sizeof minute_ - 1;
  if (end - at < static_cast<std::ptrdiff_t>(sizeof "2016-12-06T22:14:21.448123456Z" - 1)) {
    return nullptr;
  }
  if (std::memcmp(at, minute_, minute_bytes) != 0) return nullptr;
  const char* p = at + minute_bytes;
  const auto tens = static_cast<unsigned char>(p[0] - '0');
  const auto ones = static_cast<unsigned char>(p[1] - '0');
  std::int64_t fraction_ns = 0;
  if (tens > 5 || ones > 9 || p[2] != '.') return nullptr;
  p += 3;
  if (!detail::take_fraction(p, fraction_ns) || *p != 'Z') return nullptr;
  time_ns = minute_ns_ + (tens * 10 + ones) * detail::ns_per_second + fraction_ns;
  return p + 1;
}

inline void text_time_writer::write(std::int64_t time_ns, char* out) noexcept {
  const std::uint32_t ms = second_.enter(time_ns) / 1'000'000;
  const char digits[3] = {static_cast<char>('0' + ms / 100), static_cast<char>('0' + ms / 10 % 10),
                          static_cast<char>('0' + ms % 10)};
  std::memcpy(out, second_.text(), detail::second_text::bytes);
  std::memcpy(out + detail::second_text::bytes, digits, 3);
}

inline void rfc3339_writer::write(std::int64_t time_ns, char* out) noexcept {
  const std::uint32_t in_second = second_.enter(time_ns);
  std::memcpy(out, second_.text(), detail::second_text::bytes);
  out[20] = static_cast<char>('0' + in_second / 100'000'000);
  base::store_8_bytes(out + 21, base::digits_of_8(in_second % 100'000'000));
  out[29] = 'Z';
}

}  // namespace logio::record
