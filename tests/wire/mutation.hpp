// Random publisher input that is often almost right: for the property tests.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace logio::wire::testing {

inline std::size_t below(std::mt19937& random, std::size_t limit) { return random() % limit; }

inline std::string_view one_of(std::mt19937& random,
                               std::initializer_list<std::string_view> choices) {
  return choices.begin()[below(random, choices.size())];
}

// The inside of a JSON string: mostly plain, with everything that a string may hold, and may not.
inline std::string random_string(std::mt19937& random, std::size_t pieces_max) {
  std::string out;
  for (std::size_t pieces = below(random, pieces_max + 1); pieces > 0; --pieces) {
    switch (below(random, 8)) {
      case 0:
        out += one_of(random, {"\\n", "\\r\\n", "\\t", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r"});
        break;
      case 1:
        out += one_of(random, {"\\u003c", "\\u00e9", "\\u20AC", "\\u0000", "\\u000a", "\\u000D"});
        break;
      case 2:
        if (below(random, 4) == 0)
          out += one_of(random, {"\\ud83d\\ude00", "\\ud800", "\\udc00", "\\uDBFF\\uDFFF"});
        break;
      case 3:
        out += one_of(random, {"\xc3\xa9", "\xf0\x9f\x98\x80", "\xff", "\x80", "\x7f"});
        break;
      case 4:
        if (below(random, 40) == 0)
          out += one_of(random, {"\\x", "\\u12g4", "\n", "\\", "\"", "\x01"});
        break;
      default: out.append(below(random, 40), static_cast<char>('a' + below(random, 26)));
    }
  }
  return out;
}

inline std::string random_time(std::mt19937& random) {
  std::string out(one_of(random, {"2026-11-21T01:45:", "2026-11-21T01:46:", "1999-02-28 23:59:",
                                  "2026-02-30T01:45:", "1600-01-01t00:00:", "2300-01-01T00:00:"}));
  if (below(random, 8) != 0) out = "2026-11-21T01:45:";
  out += one_of(random, {"53", "00", "59", "60", "07", "31", "42", "61", "5", "x3"});
  if (below(random, 4) != 0) {
    out += '.';
    for (std::size_t digits = below(random, 11); digits > 0; --digits) {
      out += static_cast<char>('0' + below(random, 10));
    }
  }
  return out +=
         one_of(random, {"Z", "Z", "Z", "Z", "Z", "z", "-05:00", "+23:59", "+24:00", "+1:00", ""});
}

inline std::string stock_record(std::mt19937& random) {
  return "{\"time\":\"" + random_time(random) + "\",\"raw\":\"" + random_string(random, 12) + "\"}";
}

// One edit: a byte changed, removed or inserted, or a stretch repeated.
inline void mutate(std::string& text, std::mt19937& random) {
  if (text.empty()) return;
  const std::size_t at = below(random, text.size());
  const char c = "{}[]\":,\\ un0\n1ertZ.-"[below(random, 20)];
  switch (below(random, 4)) {
    case 0: text[at] = c; break;
    case 1: text.erase(at, 1 + below(random, 3)); break;
    case 2: text.insert(at, 1, c); break;
    default: text.insert(at, text.substr(at, 1 + below(random, 16)));
  }
}

}  // namespace logio::wire::testing
