#include "series.hpp"

#include <chrono>
#include <cstring>
#include <stdexcept>

namespace logio::bench {

namespace {

/// 2026-11-21T01:45:53.000Z, the time of block 0.
constexpr std::uint64_t first_ms = 1'795'225'553'000;
constexpr std::uint64_t day_ms = 86'400'000;

/// SplitMix64: well mixed, and the same on every machine.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

/// Words that look like a log's; no character that JSON escapes.
std::string filler(std::uint64_t seed, std::size_t bytes) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789=/.-_:";
  std::string out;
  std::uint64_t state = seed;
  while (out.size() < bytes) {
    state = mix(state);
    const std::size_t word = 2 + state % 9;
    for (std::size_t i = 0; i < word && out.size() < bytes; ++i) {
      state = mix(state);
      out.push_back(letters[state % letters.size()]);
    }
    if (out.size() + 1 < bytes) {
      out.push_back(' ');
    }
  }
  return out;
}

/// JSON as Go's encoder spells it; the series uses no other character that needs it.
std::string go_json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') {
      out.push_back('\t');
    }
  }
  return out;
}

std::string two_digits(std::size_t index) {
  std::string out(2, '0');
  put_decimal(out.data(), index, 2);
  return out;
}

}  // namespace

series::series(kind which, std::uint64_t seed) {
  constexpr std::size_t middle_bytes = text_bytes - lead_bytes - checksum_bytes;
  for (std::size_t i = 0; i < block_lines; ++i) {
    std::string middle = two_digits(i) + ' ';
    middle += filler(mix(seed * block_lines + i), middle_bytes - middle.size() - 1) + ' ';
    if (which == kind::mixed && i % 10 == 3) {
      middle.replace(20, 34, "<b>\"q\" & \\d+\té ü 日本 \n  at f(x) ");
    }
    middle_[i] = middle;
    middle_json_[i] = go_json(middle);
    middle_shown_[i] = shown(middle);

    // Strictly rising within the millisecond; every tenth ends in a zero, which Go trims.
    std::string low(6, '0');
    put_decimal(low.data(), i * 10'000 + (i * 7'919 + 1'230) % 10'000, 6);
    low_digits_full_[i] = low;
    low.erase(low.find_last_not_of('0') + 1);
    low_digits_[i] = low;
  }
}

std::size_t time_bytes(time_style style) {
  switch (style) {
    case time_style::none:
      return 0;
    case time_style::rfc3339_ms:
      return 23;
    case time_style::unix_ms:
      return 13;
    case time_style::bsd:
      return 15;
  }
  throw std::logic_error("time style");
}

void put_decimal(char* out, std::uint64_t value, std::size_t digits) {
  while (digits > 0) {
    out[--digits] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

std::int64_t get_decimal(const char* in, std::size_t digits) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (in[i] < '0' || in[i] > '9') {
      return -1;
    }
    value = value * 10 + (in[i] - '0');
  }
  return value;
}

namespace {

struct calendar_day {
  std::uint64_t number = ~std::uint64_t{0};
  char iso[11] = {};       // 2026-11-21T
  char month_day[7] = {};  // "Nov 21 "
};

const calendar_day& day_of(std::uint64_t number) {
  static thread_local calendar_day last;
  if (last.number != number) {
    using namespace std::chrono;
    static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const year_month_day date{sys_days{days{static_cast<int>(number)}}};
    const unsigned month = static_cast<unsigned>(date.month());
    const unsigned day = static_cast<unsigned>(date.day());
    last.number = number;
    std::memcpy(last.iso, "0000-00-00T", 11);
    put_decimal(last.iso, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    put_decimal(last.iso + 5, month, 2);
    put_decimal(last.iso + 8, day, 2);
    std::memcpy(last.month_day, months.data() + 3 * (month - 1), 3);
    std::memcpy(last.month_day + 3, "  0 ", 4);
    if (day >= 10) {
      put_decimal(last.month_day + 4, day, 2);
    } else {
      put_decimal(last.month_day + 5, day, 1);
    }
  }
  return last;
}

void put_clock(char* out, std::uint64_t ms_of_day) {
  const std::uint64_t seconds = ms_of_day / 1000;
  put_decimal(out, seconds / 3600, 2);
  out[2] = ':';
  put_decimal(out + 3, seconds / 60 % 60, 2);
  out[5] = ':';
  put_decimal(out + 6, seconds % 60, 2);
}

}  // namespace

void put_time(char* out, time_style style, std::uint64_t block) {
  const std::uint64_t ms = first_ms + block;
  switch (style) {
    case time_style::none:
      return;
    case time_style::unix_ms:
      put_decimal(out, ms, 13);
      return;
    case time_style::rfc3339_ms:
      std::memcpy(out, day_of(ms / day_ms).iso, 11);
      put_clock(out + 11, ms % day_ms);
      out[19] = '.';
      put_decimal(out + 20, ms % 1000, 3);
      return;
    case time_style::bsd:
      std::memcpy(out, day_of(ms / day_ms).month_day, 7);
      put_clock(out + 7, ms % day_ms);
      return;
  }
}

void put_lead(char* out, std::uint32_t publisher, std::uint64_t block) {
  put_decimal(out, publisher, 4);
  out[4] = ' ';
  put_decimal(out + 5, block, 8);
}

void put_checksum(char* out, std::uint32_t publisher, std::uint64_t block) {
  std::uint64_t bits = mix(block * series::publishers_max + publisher);
  for (std::size_t i = 0; i < series::checksum_bytes; ++i) {
    out[i] = "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
}

}  // namespace logio::bench
