/// Decodes the body of one publishing request: lines, or record objects that may name their topics.
///
/// Bytes in, records in a batch out; no socket, no clock. What differs from a connection on tcp
/// 7701: the topic comes with the request, a record may bring one of its own, and a refusal names
/// the *line*, since that is what who posted a file can look up.
///
///     lines    one line, one record: as `"format":"lines"` on tcp
///     ndjson   one line, one record object; white space lines are passed over. A line that is no
///              record object is refused, the next one is taken: the line ends frame, not the JSON
///     json     one object, several one after the other, or one array of objects; over any number
///              of lines. Broken JSON ends it
///
/// It is driven like publish_decoder. A batch has one topic, so a record of another one is held
/// back until the batch is gone:
///
///     topic_ready: append the batch under its topic, clear it; from now on topic() is the batch's.
///                  Open it, or refuse_topic(); feed the rest
///
/// Ownership:      owns what it carries from a record cut by the end of a feed; nothing when idle.
/// Thread safety:  distinct objects.
/// Errors:         refusals(), whose `record` is a line's number from 1: of the line that the
///                 record begins in. After `failed` (json only) nothing more is taken.
/// Limits:         publish_decoder::options; an ndjson line and a json object have at most
///                 object_bytes_max bytes, longer ones are refused and passed over in bounded
///                 memory. At most 64 refusals wait.
/// Source:         README, "Over HTTP"; the dialect of JSON is publish_decoder's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "logio/record/batch_builder.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/publish_decoder.hpp"
#include "logio/wire/publish_error.hpp"

namespace logio::wire {

enum class body_format : std::uint8_t { lines, ndjson, json };

class body_records;

class body_decoder {
 public:
  using status = publish_decoder::status;
  using progress = publish_decoder::progress;

  struct options {
    publish_decoder::options limits;
    body_format format = body_format::lines;
    bool stamped = false;  ///< lines: each begins with its time in nanoseconds and a space
    record::topic topic;   ///< of every line; of a record, what it does not say of itself
  };

  /// REQUIRES: proc and host of the topic are legal; app too, or it is empty and the format is not
  /// lines.
  explicit body_decoder(const options& how);
  body_decoder(body_decoder&&) noexcept;
  ~body_decoder();

  /// The time that records without one get; to be set before each feed().
  void set_arrival(std::int64_t time_ns) noexcept;

  /// Decodes as much of `in` as fits into `out`. What is not consumed is to be fed again.
  progress feed(std::string_view in, record::batch_builder& out);

  /// The body is complete: so is its last line or record, or it is refused. Returns finished, or
  /// what feed() returns: then do as there and call again.
  status finish(record::batch_builder& out);

  /// REQUIRES: topic_ready was said.
  const record::topic& topic() const noexcept;

  /// In answer to topic_ready: the record that asked for the topic is refused. (Lines have one
  /// topic: without it there is nothing to decode for.)
  void refuse_topic(publish_error error, std::string message);

  std::span<const refusal> refusals() const noexcept;
  void clear_refusals() noexcept;

  /// Memory allocated for a record cut by the end of a feed.
  std::size_t carried_bytes() const noexcept;

 private:
  record::topic topic_;  // of lines
  bool announced_ = false;
  std::unique_ptr<publish_decoder> lines_;
  std::unique_ptr<body_records> records_;  // null: lines
};

}  // namespace logio::wire
