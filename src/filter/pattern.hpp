/// One compiled pattern, by the cheapest means that give its answer.
///
/// A plain pattern (`web|worker`, `timeout`) is compared and searched without RE2, and has no RE2
/// program. Any other one searches first for a text that its matches must hold.
///
/// Ownership:      owns everything; shared by the filters and line sets that use it.
/// Thread safety:  const members from any thread.
/// Limits:         matching takes time linear in the text.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "find_text.hpp"
#include "regex.hpp"
#include "utf8.hpp"

namespace logio::filter {

class pattern {
 public:
  /// REQUIRES: `source` is UTF-8.
  static boost::system::result<pattern, regex_refusal> make(std::string source,
                                                            std::size_t memory_bytes_max);

  const std::string& source() const noexcept { return source_; }

  bool matches_whole(utf8_text& text) const;
  bool found_in(utf8_text& text) const;

  /// True when the pattern is found exactly where one of required() is.
  bool is_plain() const noexcept { return !regex_.has_value(); }

  /// What a match costs for each byte at the worst, in RE2's instructions; 0 for a plain pattern.
  std::size_t steps() const noexcept { return regex_ ? regex_->steps() : 0; }

  /// Every text that the pattern is found in holds one of these; empty: nothing is known.
  const std::vector<text_finder>& required() const noexcept { return required_; }

  /// What is left to ask about a text that holds one of required().
  bool rest_found_in(utf8_text& text) const { return !regex_ || regex_->found_in(text.valid()); }

 private:
  pattern() = default;

  std::string source_;
  std::vector<text_finder> required_;
  std::optional<regex> regex_;  // none for a plain pattern
};

using pattern_ptr = std::shared_ptr<const pattern>;

}  // namespace logio::filter
