/// What the filter's tests share: short ways to a filter, and random patterns with a naive matcher
/// that knows their meaning without reading them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logio/filter/filter.hpp"

namespace logio::filter::test {

inline spec with_log(std::vector<std::string> log, std::vector<std::string> exclude = {}) {
  spec s;
  s.log = std::move(log);
  s.exclude = std::move(exclude);
  return s;
}

inline filter make(const spec& s) {
  return compile(s, limits{}).value();
}

/// Where a match that begins at `from` may end: the whole meaning of a pattern.
using ends = std::function<std::set<std::size_t>(std::string_view text, std::size_t from)>;

/// A pattern as a user would write it, and what it means.
struct meant_pattern {
  std::string source;
  ends meaning;
};

inline bool means_found(const meant_pattern& p, std::string_view text) {
  for (std::size_t from = 0; from <= text.size(); ++from) {
    if (!p.meaning(text, from).empty())
      return true;
  }
  return false;
}

inline bool means_whole(const meant_pattern& p, std::string_view text) {
  return p.meaning(text, 0).contains(text.size());
}

/// Makes patterns from characters, `.`, classes, groups, alternation, `*`, `+`, `?`, `{m,n}`, `^`,
/// `$` over a small alphabet, so that they often match.
class pattern_source {
 public:
  static constexpr std::string_view alphabet = "abcx-";

  explicit pattern_source(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string text(std::size_t bytes_max) {
    std::string made(below(bytes_max + 1), ' ');
    for (char& c : made) c = alphabet[below(alphabet.size())];
    return made;
  }

  meant_pattern pattern(int depth = 0) {
    meant_pattern made = concatenation(depth);
    while (below(3) == 0) made = either(std::move(made), concatenation(depth));
    return made;
  }

 private:
  static meant_pattern either(meant_pattern a, meant_pattern b) {
    return {a.source + "|" + b.source, [=](std::string_view t, std::size_t from) {
              auto found = a.meaning(t, from);
              found.merge(b.meaning(t, from));
              return found;
            }};
  }

  static meant_pattern then(meant_pattern a, meant_pattern b) {
    return {a.source + b.source, [=](std::string_view t, std::size_t from) {
              std::set<std::size_t> found;
              for (const std::size_t middle : a.meaning(t, from)) {
                found.merge(b.meaning(t, middle));
              }
              return found;
            }};
  }

  static meant_pattern times(meant_pattern a, const std::string& sign, std::size_t least,
                             std::size_t most) {
    return {a.source + sign, [=](std::string_view t, std::size_t from) {
              std::set<std::size_t> found, now{from}, seen;
              for (std::size_t count = 0; count <= most && !now.empty(); ++count) {
                if (count >= least)
                  found.insert(now.begin(), now.end());
                std::set<std::size_t> next;
                for (const std::size_t at : now) next.merge(a.meaning(t, at));
                if (next == now) {  // only empty matches are left
                  found.insert(now.begin(), now.end());
                  break;
                }
                now = std::move(next);
              }
              return found;
            }};
  }

  static meant_pattern one_of(std::string source, std::string set, bool negated) {
    return {std::move(source), [=](std::string_view t, std::size_t from) {
              const bool in =
                  from < t.size() && (set.find(t[from]) != std::string::npos) != negated;
              return in ? std::set{from + 1} : std::set<std::size_t>{};
            }};
  }

  static meant_pattern at_place(std::string source, bool end) {
    return {std::move(source), [=](std::string_view t, std::size_t from) {
              return from == (end ? t.size() : 0) ? std::set{from} : std::set<std::size_t>{};
            }};
  }

  meant_pattern literal() {
    const char c = alphabet[below(alphabet.size())];
    return one_of(c == '-' && below(2) == 0 ? "\\-" : std::string(1, c), std::string(1, c), false);
  }

  meant_pattern item(int depth) {
    switch (below(depth < 3 ? 12 : 10)) {
      case 0:
        return one_of(".", "\n", true);
      case 1:
        return one_of("[ab]", "ab", false);
      case 2:
        return one_of("[^a-b]", "ab", true);
      case 3:
        return below(2) == 0 ? at_place("^", false) : at_place("$", true);
      case 10:
      case 11: {
        meant_pattern inner = pattern(depth + 1);
        inner.source = (below(2) == 0 ? "(" : "(?:") + inner.source + ")";
        return inner;
      }
      default:
        return literal();
    }
  }

  meant_pattern concatenation(int depth) {
    meant_pattern made{"", [](std::string_view, std::size_t from) { return std::set{from}; }};
    for (std::size_t items = below(5); items > 0; --items) {
      meant_pattern next = item(depth);
      const bool is_anchor = next.source == "^" || next.source == "$";
      switch (is_anchor ? 9 : below(10)) {
        case 0:
          next = times(std::move(next), "*", 0, SIZE_MAX);
          break;
        case 1:
          next = times(std::move(next), "+", 1, SIZE_MAX);
          break;
        case 2:
          next = times(std::move(next), "?", 0, 1);
          break;
        case 3:
          next = times(std::move(next), "{2}", 2, 2);
          break;
        case 4:
          next = times(std::move(next), "{0,2}", 0, 2);
          break;
        default:
          break;
      }
      made = then(std::move(made), std::move(next));
    }
    return made;
  }

  std::mt19937 random_;
};

}  // namespace logio::filter::test
