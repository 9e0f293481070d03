/// The members of one JSON object that came in one piece, checked in full.
///
/// Ownership:      borrows the text.
/// Thread safety:  distinct objects.
/// Errors:         read() gives nothing for what is not exactly one JSON object in UTF-8.
/// Limits:         values within values to a depth of 256.
/// Source:         RFC 8259.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logio::client {

class json_object {
 public:
  static std::optional<json_object> read(std::string_view text);

  /// The value as it stands in the text; empty without it. Of several with one name the first.
  std::string_view raw(std::string_view name) const noexcept;
  /// A string's characters; nothing if there is none of this name.
  std::optional<std::string> string(std::string_view name) const;
  /// A whole number that is not below 0; nothing if there is none of this name.
  std::optional<std::uint64_t> number(std::string_view name) const noexcept;

 private:
  json_object() = default;

  std::vector<std::pair<std::string, std::string_view>> members_;
};

/// What a JSON string with its quotes says; nothing if it is none.
std::optional<std::string> json_string_value(std::string_view quoted);

}  // namespace logio::client
