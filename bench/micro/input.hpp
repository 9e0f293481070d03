// What publishers send, for the micro benchmarks: lines of 128 bytes, time and number differ in
// each.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "logio/record/time.hpp"

namespace logio::bench {

enum class spelling { stock, other_keys, lines, stamped };

inline constexpr std::int64_t first_time_ns = 1'795'225'553'955'367'001;

/// The text of line `i`: plain, or with escapes, `\u003c`, non-ASCII and an inner newline.
inline std::string text_in_json(std::size_t i, bool mixed) {
  char number[32];
  std::snprintf(number, sizeof number, "%08zu ", i);
  std::string text = number;
  text += mixed ? "INFO \\\"quoted\\\" \\u003ca\\u0026b\\u003e caf\xc3\xa9 one\\ntwo\\tthree "
                : "INFO request GET /orders/4711/items?page=3 took 17 ms ";
  while (text.size() < 128) text += static_cast<char>('a' + (i + text.size()) % 26);
  return text;
}

/// `lines` lines in the given spelling; one in `mixed_every` is mixed, none when it is 0.
inline std::string input(spelling how, std::size_t lines, std::size_t mixed_every) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::int64_t time_ns = first_time_ns + static_cast<std::int64_t>(i) * 10'007;
    const std::string text = text_in_json(i, mixed_every != 0 && i % mixed_every == 0);
    char time[record::rfc3339_bytes];
    record::write_rfc3339(time_ns, time);
    const std::string shown(time, sizeof time);
    switch (how) {
      case spelling::stock:
        out += "{\"time\":\"" + shown + "\",\"raw\":\"" + text + "\\n\"}";
        break;
      case spelling::other_keys:
        out += "{\"text\":\"" + text + "\",\"time\":\"" + shown + "\",\"severity\":9}\n";
        break;
      case spelling::lines: out += text + '\n'; break;
      case spelling::stamped: out += std::to_string(time_ns) + ' ' + text + '\n'; break;
    }
  }
  return out;
}

}  // namespace logio::bench
