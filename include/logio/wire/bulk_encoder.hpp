/// Renders records as the body of a `_bulk` request: two lines for each.
///
///     {"create":{"_index":"logs-2016.12.06","_id":"EPOCH-POSITION"}}\n
///     {"@timestamp":"…","service":{"name":"shop"},"process":{"name":"web"},"host":{"name":"h1"},
///      "log":{"level":"info"},"event":{"sequence":7},"message":"…","fields":{…}}\n
///
/// The source is one line, with the names of the Elastic Common Schema. What is empty or unknown
/// (process, host, level, fields) is left out, `message` never is. `create` with the cursor as id
/// makes a record once, however often it is sent. Bytes that are not UTF-8 become U+FFFD, one for
/// each ill-formed part (base/utf8.hpp); fields that are not well-formed are left out. What is the
/// same for all records of an index or of a topic is made once, by the free functions; the encoder
/// writes into the caller's memory, which bound() says is enough.
///
/// Ownership:      borrows everything for the call; keeps the last rendered second.
/// Thread safety:  distinct objects; free functions: any thread.
/// Limits:         positions above 2^63-1 are no `long` and would be refused; none is given out.
/// Source:         Elasticsearch's and OpenSearch's bulk API; Elastic Common Schema 8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"
#include "logio/record/topic.hpp"

namespace logio::wire {

/// `{"create":{"_index":"logs-2016.12.06","_id":"`: how the first line begins.
std::string bulk_action(std::string_view index);

/// `,"service":{"name":"shop"},"process":{"name":"web"},"host":{"name":"h1"}`.
std::string bulk_topic_members(const record::topic_view& topic);

class bulk_encoder {
 public:
  explicit bulk_encoder(std::uint64_t epoch) noexcept;

  /// Bytes that encode() may touch: at least what it writes. Cheap for a short text (6 bytes for
  /// each), for one over a KiB exact but for a constant.
  std::size_t bound(const record::view& r, std::string_view action,
                    std::string_view topic_members) const noexcept;

  /// Writes both lines of `r` to `out`; returns behind its last byte.
  char* encode(char* out, const record::view& r, std::string_view action,
               std::string_view topic_members, std::uint64_t position) noexcept;

 private:
  static constexpr std::size_t epoch_bytes = 17;  // 16 digits and `-`

  char epoch_[epoch_bytes];
  record::rfc3339_writer time_;
};

}  // namespace logio::wire
