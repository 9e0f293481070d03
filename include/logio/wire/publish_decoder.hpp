/// Decodes what one publisher sends on tcp 7701: a topic object, then records or lines.
///
/// Bytes in, records in a batch out; no socket, no clock. It reads values as they come, split at
/// any byte, and never looks at a byte twice: complete records in the stock client's exact shape
/// take a SIMD path from the read buffer straight into the batch, everything else a resumable JSON
/// reader that keeps only decoded values. A line of any length is taken in bounded memory and cut.
///
///     decoder.set_arrival(now);
///     for (std::string_view rest = read;;) {
///       const auto [consumed, state] = decoder.feed(rest, batch);
///       rest.remove_prefix(consumed);
///       … deal with decoder.refusals(), clear_refusals()
///       topic_ready: intern request().topic, maybe skip_through(), go on
///       batch_full:  append the batch, clear it, go on
///       need_more:   append the batch, read again
///       failed:      append the batch, send the last refusal, close
///     }
///
/// Keys come in any case and order; of a repeated key the last value counts; `null` is as absent;
/// unknown keys are skipped with whatever they hold (`sequence` of a record is one, unless the
/// connection is numbered). `raw` wins over `text`. In `lines` one line
/// end directly behind the topic object belongs to that object.
///
/// Ownership:      owns what it carries from a value cut by the end of a read; nothing when idle.
/// Thread safety:  distinct objects.
/// Errors:         refusals(); a refused record is skipped and keeps its number. After `failed`
///                 the decoder takes nothing more.
/// Limits:         options below; JSON nested at most 64 deep; at most 64 refusals wait, then
///                 feed() says batch_full until they are cleared. A batch passes its maximum only
///                 with one single record in it.
/// Source:         RFC 8259, except that bytes that are not UTF-8 pass through unchanged and that
///                 a lone surrogate escape becomes U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/record/batch_builder.hpp"
#include "logio/record/time.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/publish_error.hpp"

namespace logio::wire {

/// What the topic object asked for.
struct publish_request {
  enum class framing : std::uint8_t { json, lines };

  record::topic topic;
  framing format = framing::json;
  bool ack = false;
  bool stamped = false;
  std::string client;          ///< 1-64 characters, or empty when not given
  std::uint64_t sequence = 1;  ///< the number of the first record that follows
  /// (json only) A record may bring its own number, `sequence`; one without follows its neighbour.
  bool numbered = false;
};

struct line_carry;  // the beginning of a line cut by a read, src/wire/line_records.hpp
struct long_text;   // src/wire/add_record.hpp

class publish_decoder {
 public:
  struct options {
    std::size_t line_bytes_max = 1 << 20;     ///< longer texts are cut; at least 256
    std::size_t object_bytes_max = 16 << 20;  ///< longer `fields` are refused (JSON bytes)
    std::size_t topic_bytes_max = 64 << 10;   ///< a longer topic object is refused
    /// Text, fields and head together, as a batch holds them; a larger record is refused.
    std::size_t record_bytes_max = 32 << 20;
    bool fast_paths = true;  ///< false, for tests: the general reader takes everything
  };

  enum class status : std::uint8_t {
    need_more,    ///< all bytes were consumed
    batch_full,   ///< append and clear the batch, clear the refusals, feed the rest
    topic_ready,  ///< request() is complete and legal; feed the rest. Said once
    failed,       ///< the last refusal says why; it closes
    finished,     ///< finish() only: the input ended where it may
  };

  struct progress {
    std::size_t consumed;
    status state;
  };

  struct counters {
    std::uint64_t records = 0;            ///< added to batches
    std::uint64_t refused = 0;            ///< refused records
    std::uint64_t skipped = 0;            ///< decoded but not added: see skip_through()
    std::uint64_t cut_lines = 0;          ///< over line_bytes_max
    std::uint64_t replaced_surrogates = 0;  ///< lone surrogates that became U+FFFD
    std::uint64_t general_records = 0;  ///< JSON records that did not take the SIMD path
  };

  publish_decoder();
  explicit publish_decoder(const options& limits);
  /// The topic is known already: what comes are its records or lines.
  /// REQUIRES: `request` has a legal topic.
  publish_decoder(const options& limits, publish_request request);
  publish_decoder(publish_decoder&&) noexcept;
  publish_decoder& operator=(publish_decoder&&) noexcept;
  ~publish_decoder();

  /// The time that records without one get; to be set before each feed(), from one clock read.
  void set_arrival(std::int64_t time_ns) noexcept { arrival_ns_ = time_ns; }

  /// Decodes as much of `in` as fits into `out`. What is not consumed is to be fed again.
  progress feed(std::string_view in, record::batch_builder& out);

  /// The peer has closed its side: completes a last line without line end (`lines`), reports a
  /// JSON value that was cut off. Returns finished, failed, or batch_full: then append, clear and
  /// call again.
  status finish(record::batch_builder& out);

  bool has_topic() const noexcept { return stage_ > stage::topic_value; }
  /// REQUIRES: has_topic().
  const publish_request& request() const noexcept { return request_; }

  /// The number that the next record will have. Refused and skipped records have numbers too, so
  /// after a feed everything up to next_record() - 1 is dealt with.
  std::uint64_t next_record() const noexcept { return next_record_; }

  /// Records with numbers <= `n` are the hub's already: they are decoded, counted and not added.
  void skip_through(std::uint64_t n) noexcept { skip_through_ = n; }

  std::span<const refusal> refusals() const noexcept { return refusals_; }
  void clear_refusals() noexcept;

  const counters& count() const noexcept { return count_; }

  /// Whether a value is begun and not yet complete.
  bool inside_value() const noexcept;
  /// Memory allocated for a value cut by the end of a read: what a total over all connections
  /// has to count. 0 when between values.
  std::size_t carried_bytes() const noexcept;

 private:
  enum class stage : std::uint8_t { first_byte, topic_value, topic_line_end, json, lines, failed };

  struct reading;

  progress feed_topic(const char* begin, const char* end);
  std::size_t take_topic_line_end(const char* begin, const char* end);
  progress feed_json(const char* begin, const char* end, record::batch_builder& out);
  progress feed_lines(const char* begin, const char* end, record::batch_builder& out);
  bool complete_topic();
  bool add_object(record::batch_builder& out);
  bool add_line(std::string_view bytes, std::uint64_t total, record::batch_builder& out);
  bool add(record::head head, const long_text& text, std::string& fields,
           record::batch_builder& out);
  bool skip_duplicate() noexcept;
  bool enter_number();
  void carry_line(const char* begin, const char* end);
  void refuse(publish_error error, std::string message);
  void fail(publish_error error, std::string message);

  options limits_;
  stage stage_ = stage::first_byte;
  publish_request request_;
  std::int64_t arrival_ns_ = 0;
  std::uint64_t stream_bytes_ = 0;  // consumed by earlier feeds: offsets in messages
  std::uint64_t next_record_ = 1;
  std::uint64_t skip_through_ = 0;
  counters count_;
  std::vector<refusal> refusals_;
  std::unique_ptr<reading> reading_;  // while inside a JSON value
  std::unique_ptr<line_carry> line_;  // while inside a line
  record::rfc3339_parser time_;
};

}  // namespace logio::wire
