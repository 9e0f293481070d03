/// Texts that every match of a pattern must hold, read off the pattern.
///
/// `GET /api/[0-9]+ (500|503)` cannot match a line without "GET /api/": looking for that first
/// saves RE2 nearly every line. A small recursive reader of the usual syntax; what it does not know
/// makes it answer "none", which costs speed only.
///
/// Thread safety:  pure function.
/// Limits:         at most 16 texts, groups at most 32 deep; past them: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logio::filter {

struct required_texts {
  /// Every match holds one of these; empty: nothing is known.
  std::vector<std::string> any_of;
  /// The pattern is just these texts: a text holds one of them if and only if the pattern is found
  /// in it, and equals one of them if and only if the pattern matches it whole.
  bool is_plain = false;
};

/// For a pattern that is plain, also that RE2 accepts it; for others only: if RE2 accepts it, then
/// the texts are required. REQUIRES: `pattern` is UTF-8.
required_texts find_required_texts(std::string_view pattern);

}  // namespace logio::filter
