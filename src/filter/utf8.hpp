/// UTF-8 as patterns see it: well-formed, each ill-formed part counting as one U+FFFD.
///
/// Thread safety:  pure functions; distinct objects.
/// Source:         base/utf8.hpp says what an ill-formed part is; the JSON output shows the same.
#pragma once

#include <cstddef>
#include <string_view>

namespace logio::filter {

/// The offset of the first byte that is no part of a well-formed character; text.size() when none.
std::size_t utf8_prefix(std::string_view text) noexcept;

/// One line as RE2 may see it, looked at once however many patterns ask.
class utf8_text {
 public:
  explicit utf8_text(std::string_view raw) noexcept : raw_(raw) {}
  utf8_text(const utf8_text&) = delete;
  utf8_text& operator=(const utf8_text&) = delete;

  /// As it arrived.
  std::string_view raw() const noexcept { return raw_; }

  /// Well-formed: the text itself, or a copy with U+FFFD in place of what is not UTF-8. Valid as
  /// long as this object; REQUIRES: one object at a time per thread (the copy is the thread's).
  std::string_view valid();

 private:
  std::string_view raw_, valid_;
  bool known_ = false;
};

}  // namespace logio::filter
