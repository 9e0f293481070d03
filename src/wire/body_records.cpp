#include "wire/body_records.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/add_record.hpp"
#include "wire/json_scan.hpp"
#include "wire/stock_records.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t refusals_max = 64;


}  // namespace

/// The general reader with the schema that it borrows.
struct body_records::reading {
  explicit reading(const publish_decoder::options& limits)
      : schema(limits.line_bytes_max, limits.object_bytes_max),
        object(schema.keys_with_topic()) {}

  record_schema schema;
  object_reader object;
};

body_records::body_records(const body_decoder::options& how)
    : limits_(how.limits),
      default_(how.topic),
      is_ndjson_(how.format == body_format::ndjson) {}

body_records::~body_records() = default;

std::size_t body_records::carried_bytes() const noexcept {
  return reading_ == nullptr ? 0 : sizeof(reading) + reading_->object.allocated_bytes();
}

object_reader& body_records::object() {
  if (reading_ == nullptr) reading_ = std::make_unique<reading>(limits_);
  return reading_->object;
}

body_records::progress body_records::feed(std::string_view in, record::batch_builder& out) {
  const char* const begin = in.data();
  const char* const end = begin + in.size();
  const progress done = is_ndjson_ ? feed_ndjson(begin, end, out) : feed_json(begin, end, out);
  // Kept over the objects of one feed, given back between feeds: what waits owns nothing.
  if (reading_ != nullptr && !reading_->object.begun()) reading_.reset();
  return done;
}

body_records::progress body_records::feed_ndjson(const char* begin, const char* end,
                                                 record::batch_builder& out) {
  const char* at = begin;
  const auto stop = [&](status state) { return progress{bytes_between(begin, at), state}; };
  while (at != end) {
    if (out.full() || refusals_.size() >= refusals_max) return stop(status::batch_full);
    const auto* const newline =
        static_cast<const char*>(std::memchr(at, '\n', bytes_between(at, end)));
    const char* const line_end = newline == nullptr ? end : newline;
    if (newline != nullptr && bytes_ == 0 && limits_.fast_paths && has_default_topic()) {
      const char* const last = newline != at && newline[-1] == '\r' ? newline - 1 : newline;
      const auto stock = add_stock_line(at, last, out, time_, limits_.line_bytes_max);
      if (stock.batch_full) return stop(status::batch_full);
      if (stock.records == 1) {
        at = newline + 1;
        ++line_;
        continue;
      }
    }
    read_line_part(at, line_end);
    bytes_ += bytes_between(at, line_end);
    at = line_end;
    if (newline == nullptr) break;
    if (const auto wait = end_line(out)) return stop(*wait);
    ++at;
    ++line_;
  }
  return stop(status::need_more);
}

/// [at, end) belong to one line.
void body_records::read_line_part(const char* at, const char* end) {
  if (in_line_ == in_line::refused) return;
  const char* const begin = at;
  if (bytes_ + bytes_between(at, end) > limits_.object_bytes_max) {
    return refuse_line(publish_error::too_long,
                       fmt::format("the line has more than {} bytes, the most that a record may "
                                   "have",
                                   limits_.object_bytes_max));
  }
  if (in_line_ == in_line::blank) {
    at = skip_json_space(at, end);
    if (at == end) return;
    if (*at != '{') {
      return refuse_line(publish_error::bad_json,
                         fmt::format("expected '{{' of a record, found {} at byte {} of the line",
                                     shown_byte(*at), bytes_ + bytes_between(begin, at)));
    }
    in_line_ = in_line::object;
    object_line_ = line_;
  }
  if (in_line_ == in_line::object) {
    const auto read = object().read(at, end, bytes_ + bytes_between(begin, at));
    if (read.what == object_reader::state::need_more) return;
    if (read.what == object_reader::state::failed) {
      return refuse_line(publish_error::bad_json, object().error() + " of the line");
    }
    in_line_ = in_line::behind_object;
    at = read.at + 1;
  }
  at = skip_json_space(at, end);
  if (at == end) return;
  refuse_line(publish_error::bad_json,
              fmt::format("expected the line's end, found {} at byte {} of the line; one line, one "
                          "record",
                          shown_byte(*at), bytes_ + bytes_between(begin, at)));
}

/// Nothing: the line is dealt with.
std::optional<body_records::status> body_records::end_line(record::batch_builder& out) {
  if (in_line_ == in_line::object) {
    refuse_line(publish_error::bad_json,
                fmt::format("the line ends at byte {} inside a record", bytes_));
  } else if (in_line_ == in_line::behind_object) {
    if (const auto wait = add_object(out)) return wait;
    reading_->object.restart();
  }
  in_line_ = in_line::blank;
  bytes_ = 0;
  return std::nullopt;
}

body_records::progress body_records::feed_json(const char* begin, const char* end,
                                               record::batch_builder& out) {
  const char* at = begin;
  const char* counted = begin;  // up to here line_ has counted
  const auto stop = [&](status state) {
    count_lines(counted, at);
    bytes_ += bytes_between(begin, at);
    return progress{bytes_between(begin, at), state};
  };
  if (between_ == between::failed) return {0, status::failed};
  while (at != end) {
    if (out.full() || refusals_.size() >= refusals_max) return stop(status::batch_full);
    if (reading_ == nullptr || !reading_->object.begun()) {
      if (between_ == between::object && limits_.fast_paths && has_default_topic()) {
        const auto stock = add_stock_records(at, end, out, time_, limits_.line_bytes_max);
        at = stock.at;
        if (stock.batch_full) return stop(status::batch_full);
      }
      at = skip_json_space(at, end);
      if (at == end) break;
      count_lines(counted, at);
      counted = at;
      if (*at != '{' || between_ == between::comma || between_ == between::nothing) {
        at = read_between(at, begin);
        if (at == nullptr) {
          at = counted;
          return stop(status::failed);
        }
        continue;
      }
      object_line_ = line_;
      object_at_ = bytes_ + bytes_between(begin, at);
    }
    const auto read = object().read(at, end, bytes_ + bytes_between(begin, at));
    at = read.at;
    if (read.what == object_reader::state::need_more) break;
    if (read.what == object_reader::state::failed) {
      count_lines(counted, at);
      counted = at;
      fail(object().error());
      return stop(status::failed);
    }
    if (bytes_ + bytes_between(begin, at) - object_at_ >= limits_.object_bytes_max) {
      refuse(publish_error::too_long, fmt::format("the record has more than {} bytes",
                                                  limits_.object_bytes_max));
    } else if (const auto wait = add_object(out)) {
      return stop(*wait);
    }
    object().restart();
    ++at;
    const bool in_array = between_ == between::first_item || between_ == between::item;
    between_ = in_array ? between::comma : between::object;
  }
  return stop(status::need_more);
}

/// One byte that is no object's. Null: it may not stand there.
const char* body_records::read_between(const char* at, const char* begin) {
  const char c = *at;
  switch (between_) {
    case between::first:
      if (c != '[') break;
      between_ = between::first_item;
      return at + 1;
    case between::first_item:
    case between::comma:
      if (c == ']') {
        between_ = between::nothing;
        return at + 1;
      }
      if (c != ',' || between_ == between::first_item) break;
      between_ = between::item;
      return at + 1;
    default: break;
  }
  const std::string_view expected = between_ == between::comma     ? "',' or ']'"
                                    : between_ == between::nothing ? "the end of the body"
                                                                   : "'{' of a record";
  fail(fmt::format("expected {}, found {} at byte {}", expected, shown_byte(c),
                   bytes_ + bytes_between(begin, at)));
  return nullptr;
}

body_records::status body_records::finish(record::batch_builder& out) {
  if (is_ndjson_) {
    const auto wait = end_line(out);
    if (wait) return *wait;
    reading_.reset();
    return status::finished;
  }
  if (between_ == between::failed) return status::failed;
  const bool in_object = reading_ != nullptr;
  const bool in_array = between_ == between::first_item || between_ == between::item ||
                        between_ == between::comma;
  if (!in_object && !in_array) return status::finished;
  fail(fmt::format("the body ends at byte {} inside {}", bytes_,
                   in_object ? "a record" : "its array"));
  reading_.reset();
  return status::failed;
}

/// Nothing: the object is dealt with, added or refused.
std::optional<body_records::status> body_records::add_object(record::batch_builder& out) {
  if (topic_refusal_) {
    refuse(topic_refusal_->error, std::move(topic_refusal_->message));
    topic_refusal_.reset();
    return std::nullopt;
  }
  record_values values;
  auto wrong = read_record(object(), arrival_ns_, time_, values);
  record::topic_view topic;
  if (!wrong) wrong = find_topic(topic);
  if (wrong) {
    refuse(wrong->error, std::move(wrong->message));
    return std::nullopt;
  }
  if (!topic_open_ || topic != record::topic_view(topic_)) {
    topic_ = {std::string(topic.app), std::string(topic.proc), std::string(topic.host)};
    topic_open_ = true;
    topic_is_default_ = topic_ == default_;
    return status::topic_ready;
  }
  const record_limits limits{limits_.line_bytes_max, limits_.record_bytes_max};
  const long_text text{values.text, values.text_total};
  const added did = add_record(values.head, text, values.fields, limits, out);
  if (did.what == added::outcome::batch_full) return status::batch_full;
  if (did.what == added::outcome::too_long) {
    refuse(publish_error::too_long, too_long_message(did.stored, limits));
  }
  return std::nullopt;
}

std::optional<record_problem> body_records::find_topic(record::topic_view& out) const {
  if (auto wrong = read_record_topic(reading_->object, default_, out)) return wrong;
  if (topic_open_ && out == record::topic_view(topic_)) return std::nullopt;
  if (auto wrong = record::check(out)) {
    return record_problem{publish_error::bad_topic, std::move(*wrong)};
  }
  return std::nullopt;
}

void body_records::refuse_topic(publish_error error, std::string message) {
  topic_open_ = false;
  topic_refusal_ = {error, std::move(message)};
}

void body_records::count_lines(const char* begin, const char* end) noexcept {
  line_ += static_cast<std::uint64_t>(std::count(begin, end, '\n'));
}

void body_records::refuse(publish_error error, std::string message) {
  refusals_.push_back({error, object_line_, std::move(message), false});
}

/// The rest of the line is passed over.
void body_records::refuse_line(publish_error error, std::string message) {
  refusals_.push_back({error, line_, std::move(message), false});
  in_line_ = in_line::refused;
  reading_.reset();  // it may be in the middle of anything
}

void body_records::fail(std::string message) {
  refusals_.push_back({publish_error::bad_json, line_, std::move(message), true});
  between_ = between::failed;
}

}  // namespace logio::wire
