/// Writes one JSON object, member by member.
///
/// Ownership:      borrows the text that it writes to.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::serve {

class json_object {
 public:
  explicit json_object(std::string& out) : out_(out) { out_ += '{'; }
  json_object(const json_object&) = delete;
  ~json_object() { out_ += '}'; }

  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::uint64_t value);
  /// With `digits` behind the point.
  void number(std::string_view name, double value, int digits);
  /// RFC 3339, UTC, nine fraction digits.
  void time(std::string_view name, std::int64_t time_ns);
  /// null where there is none: an empty text, the time 0.
  void known_text(std::string_view name, std::string_view value);
  void known_time(std::string_view name, std::int64_t time_ns);
  void null(std::string_view name) { member(name) += "null"; }

  /// Begins a member whose value the caller appends to what is returned.
  std::string& member(std::string_view name);

 private:
  std::string& out_;
  bool empty_ = true;
};

}  // namespace logio::serve
