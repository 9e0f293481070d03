/// Records out of the objects that the hub writes as NDJSON: `{"cursor":"…","time":"…",…}`.
///
/// Ownership:      owns the record of the last read().
/// Thread safety:  distinct objects.
/// Errors:         what holds no whole record, with its cursor and arrival, is none.
/// Limits:         records up to the limit given; a longer text is cut, and ends in a mark.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logio/record/batch_builder.hpp"
#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"
#include "logio/sink/source.hpp"
#include "logio/wire/body_decoder.hpp"

namespace logio::sink {

/// `0123456789abcdef-42`: epoch and position.
std::optional<log_place> parse_cursor(std::string_view text) noexcept;

class record_lines {
 public:
  explicit record_lines(std::size_t record_bytes_max);

  struct found {
    record::view record;
    const record::topic* topic = nullptr;
    std::int64_t arrival_ns = 0;
    log_place place;
  };
  /// `object` is one line without its end. What is returned is valid until the next call.
  std::optional<found> read(std::string_view object);

 private:
  wire::body_decoder decoder_;
  record::batch_builder batch_;
  record::topic topic_;
  std::string line_;
};

}  // namespace logio::sink
