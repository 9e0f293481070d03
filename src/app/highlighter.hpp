/// Finds what is to stand out in a text: the matches of some patterns.
///
/// Ownership:      owns its patterns; move-only.
/// Thread safety:  const members from any thread.
/// Errors:         add(): why a pattern is refused, as a phrase behind it.
/// Limits:         of each pattern 1 MiB of memory; a text over 64 KiB has no spans.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logio::app {

class highlighter {
 public:
  using span = std::pair<std::size_t, std::size_t>;  ///< from, to

  highlighter();
  ~highlighter();
  highlighter(highlighter&&) noexcept;
  highlighter& operator=(highlighter&&) noexcept;

  std::optional<std::string> add(const std::string& pattern);

  bool empty() const noexcept;

  /// In order, apart from each other, none empty.
  std::vector<span> find(std::string_view text) const;

 private:
  struct body;
  std::unique_ptr<body> body_;
};

}  // namespace logio::app
