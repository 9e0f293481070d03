/// Puts one record into a batch: the limits that every reader of publishers' bytes holds.
///
/// Thread safety:  free functions.
/// Limits:         a text over `line_bytes_max` is cut at a character, with a note at its end and
///                 the field `cut_bytes`; a record over `record_bytes_max` is not added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/record/batch_builder.hpp"

namespace logio::wire {

/// A text, perhaps without its end: the first bytes, as many as were kept, and how many it has.
struct long_text {
  std::string_view bytes;
  std::uint64_t total;
};

struct record_limits {
  std::size_t line_bytes_max;
  std::size_t record_bytes_max;
};

struct added {
  enum class outcome : std::uint8_t { added, batch_full, too_long };

  outcome what;
  bool cut;             ///< the text was over its limit
  std::size_t stored;   ///< the bytes that the record takes in a batch
};

/// Where a text over its limit is cut, and the note that takes the place of the rest.
struct text_cut {
  std::size_t kept_bytes;   ///< of the text
  std::uint64_t cut_bytes;  ///< 0: nothing is cut, and there is no note
  std::string note;         ///< ` [cut: N bytes]`
};

text_cut cut_text(long_text text, std::size_t line_bytes_max);

/// `head` brings time, severity and flags; `fields` may get `cut_bytes`.
added add_record(record::head head, long_text text, std::string& fields,
                 const record_limits& limits, record::batch_builder& out);

/// Why a record was not taken, for added::outcome::too_long.
std::string too_long_message(std::size_t stored, const record_limits& limits);

}  // namespace logio::wire
