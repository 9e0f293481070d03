/// The one door to RE2: a compiled pattern, and many patterns as one automaton.
///
/// Ownership:      both own their program; move-only.
/// Thread safety:  const members from any thread (RE2 locks its cache of DFA states for reading).
/// Errors:         make() returns RE2's finding in our words; diagnose() turns it into a user's.
/// Limits:         `memory_bytes_max` bounds program and cached states together.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logio::filter {

enum class regex_fault : std::uint8_t {
  bad_escape,
  bad_class,
  bad_range,
  missing_bracket,
  missing_parenthesis,
  unexpected_parenthesis,
  trailing_backslash,
  nothing_to_repeat,
  repetition_too_large,
  double_repetition,
  unknown_group,
  bad_group_name,
  not_utf8,
  too_complex,
  other,
};

struct regex_refusal {
  regex_fault fault;
  std::string piece;  ///< the part of the pattern that RE2 blames; may be empty or the whole
};

class regex {
 public:
  static boost::system::result<regex, regex_refusal> make(std::string_view pattern,
                                                          std::size_t memory_bytes_max);
  ~regex();
  regex(regex&&) noexcept;
  regex& operator=(regex&&) noexcept;

  /// REQUIRES: `text` is UTF-8; a byte that is not ends every `.`.
  bool matches_whole(std::string_view text) const;
  bool found_in(std::string_view text) const;

  /// Instructions of the program: a match looks at each at most once a byte.
  std::size_t steps() const noexcept;

 private:
  struct body;
  explicit regex(std::unique_ptr<body> made) noexcept;

  std::unique_ptr<body> body_;
};

/// Searches a text for many patterns at once.
class regex_set {
 public:
  /// `patterns` are ones that regex::make accepted. usable() is false when the joint program does
  /// not fit.
  regex_set(std::span<const std::string_view> patterns, std::size_t memory_bytes_max);
  ~regex_set();
  regex_set(regex_set&&) noexcept;
  regex_set& operator=(regex_set&&) noexcept;

  bool usable() const noexcept { return body_ != nullptr; }

  /// False when the automaton ran out of memory on this text: then `found` says nothing. Otherwise
  /// `found` holds the indexes of the patterns that are in the text, in no order.
  /// REQUIRES: usable().
  bool search(std::string_view text, std::vector<int>& found) const;

 private:
  struct body;

  std::unique_ptr<body> body_;
};

}  // namespace logio::filter
