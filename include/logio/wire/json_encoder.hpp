/// Renders records as JSON: the formats `ndjson` and `sse`.
///
///     {"cursor":"EPOCH-POSITION","time":"…","arrived":"…","app":"…","proc":"…","host":"…",
///      "severity":9,"text":"…","fields":{…}}\n                                           ndjson
///     id: EPOCH-POSITION\ndata: {the same}\n\n                                           sse
///
/// One line. What is empty or unknown (proc, host, severity, fields) is left out, `text` never is.
/// Bytes that are not UTF-8 become U+FFFD, one for each ill-formed part (base/utf8.hpp); fields
/// that are not well-formed are left out. What is the same for every record of a topic is made once
/// per topic (record::json_members); the encoder writes into the caller's memory, which `*_bound`
/// says is enough.
///
/// Ownership:      borrows everything for the call; keeps the last rendered second of both times.
/// Thread safety:  distinct objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"

namespace logio::wire {

class json_encoder {
 public:
  explicit json_encoder(std::uint64_t epoch);

  /// Bytes that encode_ndjson() may touch at `out`: at least what it writes. Cheap for a short text
  /// (6 bytes for each), for one over a KiB exact but for a constant.
  std::size_t ndjson_bound(const record::view& r, std::string_view topic_members) const noexcept;

  /// The same for encode_sse().
  std::size_t sse_bound(const record::view& r, std::string_view topic_members) const noexcept;

  /// Writes the object of `r` with its newline to `out`; returns behind its last byte.
  char* encode_ndjson(char* out, const record::view& r, std::string_view topic_members,
                      std::uint64_t position, std::int64_t arrival_ns) noexcept;

  /// Writes the event of `r` with its empty line to `out`; returns behind its last byte.
  char* encode_sse(char* out, const record::view& r, std::string_view topic_members,
                   std::uint64_t position, std::int64_t arrival_ns) noexcept;

 private:
  static constexpr std::size_t arrived_bytes = 13 + record::rfc3339_bytes + 2;

  char* put_cursor(char* out, std::uint64_t position) const noexcept;
  char* put_object(char* out, const record::view& r, std::string_view topic_members,
                   std::uint64_t position, std::int64_t arrival_ns) noexcept;
  void enter_position(std::uint64_t position) noexcept;
  void change_front(std::uint64_t front) noexcept;
  void enter_arrival(std::int64_t arrival_ns) noexcept;

  // `EPOCH-` and the front of the position, all but its last two digits, which are 00 in
  // first_position_: neighbours mostly share it. All of `cursor_` is copied, for a fixed size is
  // faster.
  std::uint64_t first_position_ = 0;
  std::size_t cursor_bytes_ = 0;
  char cursor_[48] = {};

  // `","arrived":"…Z",` for the last arrival: a batch's records share it.
  std::int64_t arrival_ns_ = 0;
  char arrived_[48] = {};

  record::rfc3339_writer time_;
  record::rfc3339_writer arrival_;
};

}  // namespace logio::wire
