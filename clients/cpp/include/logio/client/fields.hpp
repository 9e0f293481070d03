/// A record's fields, as the JSON object that goes over the wire.
///
///     log.add("paid", "info", fields().add("order", 4711).add("customer", name).json());
///
/// Ownership:      owns its text; json() is valid until it is changed.
/// Thread safety:  distinct objects.
/// Errors:         none: a number that JSON does not have becomes its name, `"nan"`; bytes that are
///                 not UTF-8 go as they are, and the hub mends them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::client {

class fields {
 public:
  fields& add(std::string_view key, std::string_view value);
  fields& add(std::string_view key, const char* value) { return add(key, std::string_view(value)); }
  fields& add(std::string_view key, double value);
  template <std::same_as<bool> Bool>
  fields& add(std::string_view key, Bool value) {
    return add_json(key, value ? "true" : "false");
  }
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  fields& add(std::string_view key, Number value) {
    return add_json(key, std::to_string(value));
  }
  /// `value` is JSON in one line: an object, a list, `null`.
  fields& add_json(std::string_view key, std::string_view value);

  std::string_view json() const noexcept { return text_; }

 private:
  std::string text_ = "{}";
};

}  // namespace logio::client
