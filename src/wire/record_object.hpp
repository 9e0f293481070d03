/// A record object, as the general reader has kept it, becomes a record.
///
/// Thread safety:  free functions and distinct objects.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/publish_error.hpp"
#include "wire/object_reader.hpp"

namespace logio::wire {

/// The longest line end, which is kept beside a text that just fits.
inline constexpr std::size_t line_end_bytes_max = 2;

/// The keys that an object_reader has to keep of a record object, with their limits.
class record_schema {
 public:
  enum key : std::size_t { raw, text, time, severity, fields, sequence, app, proc, host };

  record_schema(std::size_t line_bytes_max, std::size_t object_bytes_max) noexcept;
  /// Of a connection whose topic is known.
  std::span<const key_spec> keys() const noexcept { return std::span(keys_).first(app); }
  /// Where each record may bring its topic.
  std::span<const key_spec> keys_with_topic() const noexcept { return keys_; }

 private:
  std::array<key_spec, 9> keys_;
};

struct record_values {
  record::head head;           ///< time, severity and arrival_time
  std::string_view text;       ///< borrowed from the object; its beginning if it is over the limit
  std::uint64_t text_total = 0;  ///< bytes of the whole text without its line end
  std::string fields;          ///< MessagePack, or empty
  std::uint64_t replaced_surrogates = 0;
};

struct record_problem {
  publish_error error;
  std::string message;
};

/// Sets `out` from a complete record object; says what is wrong with it, if anything is.
/// REQUIRES: `object` was read with a record_schema.
std::optional<record_problem> read_record(const object_reader& object, std::int64_t arrival_ns,
                                          record::rfc3339_parser& time, record_values& out);

/// Sets `out`, which borrows from the object and from `otherwise`, to the record's topic: a value
/// that it does not bring is that of `otherwise`. Says what is wrong with it, if anything is.
/// REQUIRES: `object` was read with keys_with_topic().
std::optional<record_problem> read_record_topic(const object_reader& object,
                                                const record::topic_view& otherwise,
                                                record::topic_view& out);

}  // namespace logio::wire
