/// Reads JSON objects that are there as a whole, one after the other.
///
/// Ownership:      owns its reader; values live until the next read().
/// Thread safety:  distinct objects.
/// Errors:         why it is no object, on one line, with the place; the next one is read all the
///                 same.
/// Source:         RFC 8259.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/object_reader.hpp"

namespace logio::wire {

class whole_object {
 public:
  /// As object_reader wants the schema.
  explicit whole_object(std::span<const key_spec> schema) noexcept
      : schema_(schema), reader_(schema) {}

  /// `json` begins with `{`, and nothing but white space may be behind the object. `offset` is its
  /// place, for messages.
  std::optional<std::string> read(std::string_view json, std::uint64_t offset);

  /// The same for any other value: it has no keys.
  std::optional<std::string> read_other(std::string_view json, std::uint64_t offset);

  const object_reader::value& get(std::size_t key) const noexcept { return reader_.get(key); }

 private:
  void begin();
  std::optional<std::string> end();

  std::span<const key_spec> schema_;
  object_reader reader_;
  bool reusable_ = true;  // the reader stands behind a whole object
};

}  // namespace logio::wire
