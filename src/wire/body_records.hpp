/// Record objects of a request's body: ndjson and json (see logio/wire/body_decoder.hpp).
///
/// Two framings over one reader of objects. In ndjson a line's bytes alone are shown to the reader,
/// so whatever is wrong ends with the line. In json the objects frame themselves.
///
/// Ownership:      owns what it carries.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/wire/body_decoder.hpp"
#include "wire/object_reader.hpp"
#include "wire/record_object.hpp"

namespace logio::wire {

class body_records {
 public:
  using status = body_decoder::status;
  using progress = body_decoder::progress;

  explicit body_records(const body_decoder::options& how);
  ~body_records();

  void set_arrival(std::int64_t time_ns) noexcept { arrival_ns_ = time_ns; }
  progress feed(std::string_view in, record::batch_builder& out);
  status finish(record::batch_builder& out);
  const record::topic& topic() const noexcept { return topic_; }
  void refuse_topic(publish_error error, std::string message);
  std::span<const refusal> refusals() const noexcept { return refusals_; }
  void clear_refusals() noexcept { refusals_.clear(); }
  std::size_t carried_bytes() const noexcept;

 private:
  /// Where in an ndjson line.
  enum class in_line : std::uint8_t { blank, object, behind_object, refused };
  /// What json expects between two objects.
  enum class between : std::uint8_t {
    first, object, first_item, item, comma, nothing, failed
  };
  struct reading;
  struct topic_refusal {
    publish_error error;
    std::string message;
  };

  progress feed_ndjson(const char* begin, const char* end, record::batch_builder& out);
  void read_line_part(const char* at, const char* end);
  std::optional<status> end_line(record::batch_builder& out);
  progress feed_json(const char* begin, const char* end, record::batch_builder& out);
  const char* read_between(const char* at, const char* begin);
  std::optional<status> add_object(record::batch_builder& out);
  std::optional<record_problem> find_topic(record::topic_view& out) const;
  object_reader& object();
  void count_lines(const char* begin, const char* end) noexcept;
  bool has_default_topic() const noexcept { return topic_open_ && topic_is_default_; }
  void refuse(publish_error error, std::string message);
  void refuse_line(publish_error error, std::string message);
  void fail(std::string message);

  const publish_decoder::options limits_;
  const record::topic default_;
  const bool is_ndjson_;
  std::int64_t arrival_ns_ = 0;
  record::topic topic_;  // of the batch
  bool topic_open_ = false;
  bool topic_is_default_ = false;
  std::optional<topic_refusal> topic_refusal_;
  in_line in_line_ = in_line::blank;
  between between_ = between::first;
  std::uint64_t line_ = 1;         // ndjson: this one; json: that of the last byte counted
  std::uint64_t object_line_ = 1;  // where the object began
  std::uint64_t bytes_ = 0;        // ndjson: of the line; json: of the body; before this feed
  std::uint64_t object_at_ = 0;    // json: where the object began
  std::vector<refusal> refusals_;
  std::unique_ptr<reading> reading_;
  record::rfc3339_parser time_;
};

}  // namespace logio::wire
