/// The SIMD path: records in the stock client's exact shape, straight into the batch.
///
///     {"time":"2026-11-21T01:45:53.955367001Z","raw":"INFO hello \u003ca\u003e\n"}
///
/// Text is copied and looked at in one go, 16 bytes at a time, its escapes resolved on the way.
/// Whatever is not exactly this, not complete or not legal is left for the object_reader, which
/// decides alike (a differential fuzz test holds the two equal) and makes the refusals.
///
/// Thread safety:  distinct objects.
/// Limits:         texts of at most stock_text_bytes_max bytes in JSON; longer ones are left.
/// Source:         kevin-cantwell/logio init.go, encoding/json's Marshal of its log struct.
#pragma once

#include <cstddef>
#include <cstdint>

#include "logio/record/batch_builder.hpp"
#include "logio/record/time.hpp"

namespace logio::wire {

inline constexpr std::size_t stock_text_bytes_max = 16 << 10;

struct stock_progress {
  const char* at;         ///< behind the last record that was added
  std::uint64_t records;  ///< how many were added
  bool batch_full;        ///< the next record is complete and does not fit
};

/// Adds the stock records at the beginning of [at, end), white space between them skipped.
/// Texts of more than `text_bytes_max` bytes are left for the general reader.
stock_progress add_stock_records(const char* at, const char* end, record::batch_builder& out,
                                 record::rfc3339_parser& time, std::size_t text_bytes_max);

/// Adds the one stock record that [at, end) is, nothing when it is anything else or more.
stock_progress add_stock_line(const char* at, const char* end, record::batch_builder& out,
                              record::rfc3339_parser& time, std::size_t text_bytes_max);

}  // namespace logio::wire
