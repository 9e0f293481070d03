/// Reads what Elasticsearch or OpenSearch answers: to a `_bulk` request, and to one that failed.
///
///     {"took":3,"errors":true,"items":[{"create":{"status":201}},
///      {"create":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"…"}}}]}
///     {"error":{"type":"security_exception","reason":"…"},"status":401}
///
/// Ownership:      the answer owns its values and keeps their memory when it is read anew.
/// Thread safety:  distinct objects; free functions: any thread.
/// Errors:         a text that is not such an object gives what is wrong with it.
/// Limits:         of an item 64 KiB are kept, of a reason 2 KiB, cut between characters: what is
///                 longer is the peer's copy of the record.
/// Source:         Elasticsearch's and OpenSearch's bulk API.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logio::wire {

struct bulk_item {
  std::uint16_t status = 0;  ///< as of HTTP; 0: the item has none
  std::string type;          ///< `mapper_parsing_exception`; empty: no error
  std::string why;           ///< `TYPE: REASON: TYPE OF CAUSE: REASON OF CAUSE`, one line
};

struct bulk_answer {
  bool errors = false;           ///< false: all items are done
  std::vector<bulk_item> items;  ///< in order; empty when `errors` is false
};

/// Sets `out` to what `json` says; otherwise what is wrong, for a log line.
std::optional<std::string> read_bulk_answer(std::string_view json, bulk_answer& out);

/// The error of a whole request as `TYPE: REASON`; empty when `json` is no such object.
std::string read_search_error(std::string_view json);

}  // namespace logio::wire
