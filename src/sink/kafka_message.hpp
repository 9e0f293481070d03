/// Records as Kafka messages.
///
///     key        app: one app, one partition, one order
///     timestamp  the event's time in milliseconds
///     headers    app, proc, host, time (RFC 3339, nanoseconds), severity; without what is unknown
///     value      json: the ndjson object; text: the line of a stream; both without the newline
///
/// Ownership:      the encoder owns its buffers; a message borrows the item, the arena and the
///                 encoder until the next encode().
/// Thread safety:  distinct objects.
/// Limits:         Kafka has no time before 1970-01-01T00:00:00.001Z; what is older gets that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "logio/record/time.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/kafka_client.hpp"
#include "logio/wire/json_encoder.hpp"
#include "sink/byte_arena.hpp"

namespace logio::sink {

struct kafka_header {
  const char* name = nullptr;
  std::string_view value;
};

struct kafka_message {
  std::string_view key, value;
  std::int64_t timestamp_ms = 0;
  std::array<kafka_header, 5> headers;
  std::size_t header_count = 0;

  /// Of key, value and headers: at most what the message takes in a batch before compression.
  std::size_t bytes() const noexcept;
};

enum class kafka_format : std::uint8_t { json, gelf, text };
std::optional<kafka_format> parse_kafka_format(std::string_view name) noexcept;

class kafka_encoder {
 public:
  /// REQUIRES: `gelf` is not empty when `format` is gelf.
  kafka_encoder(kafka_format format, bool headers, kafka_value_encoder gelf);

  /// Forgets the topics of the call before, which borrowed them.
  void begin_call() noexcept;

  kafka_message encode(const item& which, byte_arena& arena);

 private:
  /// What is the same for every record of a topic: the JSON members or the text label.
  const std::string& topic_part(const record::topic& topic);
  std::string_view encode_json(const item& which, byte_arena& arena);
  std::string_view encode_text(const item& which, byte_arena& arena);
  std::string_view encode_gelf(const item& which, byte_arena& arena);
  void add_headers(const item& which, kafka_message& out);

  kafka_format format_;
  bool headers_;
  kafka_value_encoder gelf_;
  std::unordered_map<const record::topic*, std::string> parts_;
  const record::topic* last_topic_ = nullptr;
  const std::string* last_part_ = nullptr;
  std::optional<wire::json_encoder> json_;
  std::uint64_t json_epoch_ = 0;
  record::text_time_writer text_time_;
  record::rfc3339_writer header_time_;
  std::array<char, record::rfc3339_bytes> header_time_bytes_{};
  std::string gelf_value_;
};

}  // namespace logio::sink
