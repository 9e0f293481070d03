#include "diagnose.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "logio/base/utf8.hpp"
#include "pattern_syntax.hpp"

namespace logio::filter {
namespace {

constexpr std::size_t probes_max = 16;
constexpr std::size_t probe_memory_bytes = 64 * 1024;

/// Where the part that RE2 blames stands. It may occur in the pattern more than once; RE2 reads
/// from left to right, so the first prefix that already has the fault ends with the one it means.
std::size_t place_of_piece(std::string_view pattern, const regex_refusal& refusal) {
  const std::string& piece = refusal.piece;
  if (piece.empty())
    return 0;
  std::size_t at = pattern.find(piece);
  const std::size_t first = at;
  for (std::size_t probe = 0; probe < probes_max && at != std::string_view::npos; ++probe) {
    const auto tried = regex::make(pattern.substr(0, at + piece.size()), probe_memory_bytes);
    if (!tried && tried.error().fault == refusal.fault)
      return at;
    at = pattern.find(piece, at + 1);
  }
  return first == std::string_view::npos ? 0 : first;
}

struct bracket_places {
  std::size_t unclosed_parenthesis = 0;    // the innermost ( without )
  std::size_t unexpected_parenthesis = 0;  // the first ) without (
  std::size_t unclosed_bracket = 0;        // the [ without ]
};

bracket_places find_brackets(std::string_view pattern) {
  bracket_places places;
  std::vector<std::size_t> open;
  walk_pattern(pattern, [&](char c, std::size_t at) {
    if (pattern[at] == '\\')
      return true;
    if (c == '[')
      places.unclosed_bracket = at;
    if (c == '(')
      open.push_back(at);
    if (c == ')' && open.empty()) {
      places.unexpected_parenthesis = at;
      return false;
    }
    if (c == ')')
      open.pop_back();
    return true;
  });
  if (!open.empty())
    places.unclosed_parenthesis = open.back();
  return places;
}

struct words {
  std::string message, hint;
};

words about_escape(const std::string& piece) {
  const char c = piece.size() > 1 ? piece[1] : '\0';
  if (c >= '1' && c <= '9') {
    return {"back-reference " + piece,
            "RE2 has no back-references; write the repeated part out, or give log= twice"};
  }
  if (c == '<' || c == '>')
    return {"unknown escape " + piece, "a word boundary is \\b"};
  if (c == 'Z')
    return {"unknown escape " + piece, "the end of the text is \\z or $"};
  return {"unknown escape " + piece, "a backslash itself is written \\\\"};
}

words about_class(const std::string& piece) {
  if (piece.starts_with("[:")) {
    return {"unknown character class " + piece, "known are [[:alpha:]], [[:digit:]] and the like"};
  }
  if (piece.starts_with("\\p") || piece.starts_with("\\P")) {
    return {"unknown character class " + piece, "known are \\pL, \\p{Greek} and the like"};
  }
  return {"character range " + piece + " is empty",
          "write the lower end first, or \\- for a plain hyphen"};
}

words about_group(std::string_view group) {
  for (const std::string_view look_around : {"(?=", "(?!", "(?<=", "(?<!"}) {
    if (!group.starts_with(look_around))
      continue;
    return {"look-around " + std::string(look_around),
            "RE2 has no look-ahead and no look-behind; use exclude= for what must not be there "
            "and a second log= for what must"};
  }
  return {"unknown group " + std::string(group.substr(0, base::utf8_cut(group, 3))),
          "known are (…), (?:…), (?P<name>…) and flags such as (?i)"};
}

/// `rest` is the pattern from the place on.
words words_for(const regex_refusal& refusal, std::string_view rest) {
  const std::string& piece = refusal.piece;
  switch (refusal.fault) {
    case regex_fault::bad_escape:
      return about_escape(piece);
    case regex_fault::unknown_group:
      return about_group(rest);
    case regex_fault::bad_class:
    case regex_fault::bad_range:
      return about_class(piece);
    case regex_fault::missing_bracket:
      return {"missing ]", "close the class with ], or write \\[ for a plain bracket"};
    case regex_fault::missing_parenthesis:
      return {"missing )", "close the group with ), or write \\( for a plain parenthesis"};
    case regex_fault::unexpected_parenthesis:
      return {"unexpected )", "open the group with (, or write \\) for a plain parenthesis"};
    case regex_fault::trailing_backslash:
      return {"nothing after \\", "a backslash itself is written \\\\"};
    case regex_fault::nothing_to_repeat:
      return {"nothing to repeat before " + piece,
              "this is a regular expression, not a file name pattern: anything is .*"};
    case regex_fault::repetition_too_large:
      return {"repetition " + piece + " is too large",
              "a repetition, and nested ones multiplied, may be at most 1000"};
    case regex_fault::double_repetition:
      return {"double repetition " + piece, "repeat once, or group: (a*)*"};
    case regex_fault::bad_group_name:
      return {"bad group name " + piece, "a named group is (?P<name>…)"};
    case regex_fault::too_complex:
      return {"the pattern is too complex", "use fewer or smaller repetitions such as {1,100}"};
    case regex_fault::not_utf8:
      return {"a byte that is not UTF-8", "a byte that is not UTF-8 is matched by ."};
    case regex_fault::other:
      break;
  }
  return {"the pattern cannot be read", "see RE2's syntax"};
}

std::size_t place_of(std::string_view pattern, const regex_refusal& refusal) {
  switch (refusal.fault) {
    case regex_fault::missing_parenthesis:
      return find_brackets(pattern).unclosed_parenthesis;
    case regex_fault::unexpected_parenthesis:
      return find_brackets(pattern).unexpected_parenthesis;
    case regex_fault::missing_bracket:
      return find_brackets(pattern).unclosed_bracket;
    case regex_fault::trailing_backslash:
      return pattern.empty() ? 0 : pattern.size() - 1;
    case regex_fault::too_complex:
      return 0;
    default:
      return place_of_piece(pattern, refusal);
  }
}

}  // namespace

pattern_error diagnose(std::string_view parameter, std::string_view pattern,
                       const regex_refusal& refusal) {
  const std::size_t offset = place_of(pattern, refusal);
  auto [message, hint] = words_for(refusal, pattern.substr(offset));
  return {refusal.fault == regex_fault::too_complex ? pattern_fault::too_complex
                                                    : pattern_fault::syntax,
          std::string(parameter),
          std::string(pattern),
          offset,
          std::move(message),
          std::move(hint)};
}

}  // namespace logio::filter
