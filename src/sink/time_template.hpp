/// A name with parts of the event time in it: `logs-%Y.%m.%d` becomes `logs-2016.12.06`.
///
///     %Y %m %d %H   year, month, day, hour of the event, in UTC
///     %% %{         a percent, a brace
///
/// Ownership:      owns the template and the last name made: neighbours mostly share their hour.
/// Thread safety:  distinct objects.
/// Errors:         check() says what is wrong, in words for who configured it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logio::sink {

class time_template {
 public:
  /// Nothing when `text` is a template; otherwise what is wrong, with the place.
  static std::optional<std::string> check(std::string_view text);

  /// REQUIRES: check(text) finds nothing.
  explicit time_template(std::string text);

  /// The name for an event of this time; valid until the next call.
  const std::string& name_at(std::int64_t time_ns);

  const std::string& text() const noexcept { return text_; }

 private:
  void render(std::int64_t hour);

  std::string text_;
  std::optional<std::int64_t> hour_;  ///< of name_, since 1970
  std::string name_;
};

}  // namespace logio::sink
