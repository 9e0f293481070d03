/// The few pieces of RE2's syntax that must be stepped over to read a pattern from outside.
///
/// Thread safety:  pure functions.
/// Errors:         none: on a pattern that RE2 refuses they return some place within it.
/// Source:         RE2's syntax page (github.com/google/re2/wiki/Syntax).
#pragma once

#include <cstddef>
#include <string_view>

namespace logio::filter {

/// `at` is at `[`; the place behind the closing `]`, or npos when there is none.
inline std::size_t class_end(std::string_view pattern, std::size_t at) noexcept {
  std::size_t p = at + 1;
  if (p < pattern.size() && pattern[p] == '^')
    ++p;
  if (p < pattern.size() && pattern[p] == ']')
    ++p;  // a ] that comes first is a plain one
  while (p < pattern.size()) {
    if (pattern[p] == ']')
      return p + 1;
    if (pattern[p] == '\\') {
      p += 2;
    } else if (pattern.substr(p, 2) == "[:") {
      const std::size_t name_end = pattern.find(":]", p + 2);
      p = name_end == std::string_view::npos ? p + 1 : name_end + 2;
    } else {
      ++p;
    }
  }
  return std::string_view::npos;
}

/// `at` is at `\Q`; the place behind `\E`, or the end.
inline std::size_t quote_end(std::string_view pattern, std::size_t at) noexcept {
  const std::size_t end = pattern.find("\\E", at + 2);
  return end == std::string_view::npos ? pattern.size() : end + 2;
}

/// Calls `visit(character, at)` for each `\X` pair (with X), `(` and `)` that has its special
/// meaning, until visit returns false. `[` is visited only when its class does not end.
template <class Visit>
void walk_pattern(std::string_view pattern, Visit&& visit) {
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      if (pattern[at + 1] == 'Q') {
        at = quote_end(pattern, at);
        continue;
      }
      if (!visit(pattern[at + 1], at))
        return;
      at += 2;
    } else if (c == '[') {
      const std::size_t end = class_end(pattern, at);
      if (end == std::string_view::npos) {
        visit(c, at);
        return;
      }
      at = end;
    } else {
      if ((c == '(' || c == ')') && !visit(c, at))
        return;
      ++at;
    }
  }
}

}  // namespace logio::filter
