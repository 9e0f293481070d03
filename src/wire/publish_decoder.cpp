#include "logio/wire/publish_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/core.h>

#include "logio/base/result.hpp"
#include "wire/add_record.hpp"
#include "wire/json_scan.hpp"
#include "wire/line_records.hpp"
#include "wire/object_reader.hpp"
#include "wire/record_object.hpp"
#include "wire/stock_records.hpp"
#include "wire/topic_object.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t refusals_max = 64;
constexpr std::size_t line_bytes_least = 256;


}  // namespace

/// The general reader with the schema that it borrows.
struct publish_decoder::reading {
  reading(const options& limits, bool is_topic)
      : schema(limits.line_bytes_max, limits.object_bytes_max),
        object(is_topic ? topic_schema() : schema.keys()) {}

  record_schema schema;
  object_reader object;
};

publish_decoder::publish_decoder() : publish_decoder(options{}) {}
publish_decoder::publish_decoder(const options& limits) : limits_(limits) {
  LOGIO_ASSERT(limits.line_bytes_max >= line_bytes_least, "a line may have at least 256 bytes");
}
publish_decoder::publish_decoder(const options& limits, publish_request request)
    : publish_decoder(limits) {
  request_ = std::move(request);
  next_record_ = request_.sequence;
  stage_ = request_.format == publish_request::framing::json ? stage::json : stage::lines;
}
publish_decoder::publish_decoder(publish_decoder&&) noexcept = default;
publish_decoder& publish_decoder::operator=(publish_decoder&&) noexcept = default;
publish_decoder::~publish_decoder() = default;

void publish_decoder::clear_refusals() noexcept {
  refusals_.clear();
  refusals_.shrink_to_fit();
}

bool publish_decoder::inside_value() const noexcept {
  return reading_ != nullptr || line_ != nullptr;
}

std::size_t publish_decoder::carried_bytes() const noexcept {
  std::size_t bytes = 0;
  if (reading_ != nullptr) bytes += sizeof(reading) + reading_->object.allocated_bytes();
  if (line_ != nullptr) bytes += sizeof(line_carry) + line_->bytes.capacity();
  return bytes;
}

publish_decoder::progress publish_decoder::feed(std::string_view in, record::batch_builder& out) {
  const char* const begin = in.data();
  const char* const end = begin + in.size();
  progress done{0, status::failed};
  switch (stage_) {
    case stage::first_byte:
    case stage::topic_value: done = feed_topic(begin, end); break;
    case stage::json: done = feed_json(begin, end, out); break;
    case stage::topic_line_end: {
      const std::size_t line_end = take_topic_line_end(begin, end);
      done = {line_end, status::need_more};
      if (stage_ == stage::lines) done = feed_lines(begin + line_end, end, out);
      done.consumed += stage_ == stage::lines ? line_end : 0;
      break;
    }
    case stage::lines: done = feed_lines(begin, end, out); break;
    case stage::failed: break;
  }
  stream_bytes_ += done.consumed;
  // Kept over the records of one read, given back between reads: an idle connection owns nothing.
  if (reading_ != nullptr && (stage_ == stage::failed || !reading_->object.begun())) {
    reading_.reset();
  }
  return done;
}

publish_decoder::progress publish_decoder::feed_topic(const char* begin, const char* end) {
  const char* at = begin;
  if (stage_ == stage::first_byte) {
    at = skip_json_space(begin, end);
    if (at == end) return {bytes_between(begin, end), status::need_more};
    if (*at != '{') {
      fail(publish_error::bad_json,
           fmt::format("expected '{{' of the topic object, found {} at byte {}; first comes "
                       "{{\"app\":\"…\",\"proc\":\"…\",\"host\":\"…\"}}, then the records",
                       shown_byte(*at), stream_bytes_ + bytes_between(begin, at)));
      return {bytes_between(begin, at), status::failed};
    }
    stage_ = stage::topic_value;
    reading_ = std::make_unique<reading>(limits_, true);
  }
  const auto [stop, what] =
      reading_->object.read(at, end, stream_bytes_ + bytes_between(begin, at));
  const std::size_t consumed = bytes_between(begin, stop);
  if (what == object_reader::state::failed) {
    fail(publish_error::bad_json, reading_->object.error());
    return {consumed, status::failed};
  }
  if (stream_bytes_ + consumed >= limits_.topic_bytes_max) {
    fail(publish_error::too_long, fmt::format("the topic object is not complete after {} bytes",
                                              limits_.topic_bytes_max));
    return {consumed, status::failed};
  }
  if (what == object_reader::state::need_more) return {consumed, status::need_more};
  const bool legal = complete_topic();
  reading_.reset();
  return {consumed + 1, legal ? status::topic_ready : status::failed};
}

bool publish_decoder::complete_topic() {
  if (!reading_->object.problem().empty()) {
    fail(publish_error::bad_json, reading_->object.problem());
    return false;
  }
  if (auto wrong = read_topic(reading_->object, request_)) {
    fail(publish_error::bad_topic, std::move(*wrong));
    return false;
  }
  next_record_ = request_.sequence;
  stage_ = request_.format == publish_request::framing::json ? stage::json : stage::topic_line_end;
  return true;
}

/// A line end directly behind the topic object is that object's. Returns its bytes, which may come
/// in two reads: a '\r' that no '\n' follows is the beginning of the first line.
std::size_t publish_decoder::take_topic_line_end(const char* begin, const char* end) {
  const char* at = begin;
  if (at != end && *at == '\r' && line_ == nullptr) {
    carry_line(at, at + 1);
    ++at;
  }
  if (at == end) return bytes_between(begin, at);
  stage_ = stage::lines;
  if (*at != '\n') return bytes_between(begin, at);
  line_.reset();
  return bytes_between(begin, at + 1);
}

publish_decoder::progress publish_decoder::feed_json(const char* begin, const char* end,
                                                     record::batch_builder& out) {
  const char* at = begin;
  const auto stop = [&](status state) { return progress{bytes_between(begin, at), state}; };
  while (at != end) {
    if (out.full() || refusals_.size() >= refusals_max) return stop(status::batch_full);
    if (reading_ == nullptr || !reading_->object.begun()) {
      if (limits_.fast_paths && next_record_ > skip_through_) {
        const auto stock = add_stock_records(at, end, out, time_, limits_.line_bytes_max);
        at = stock.at;
        next_record_ += stock.records;
        count_.records += stock.records;
        if (stock.batch_full) return stop(status::batch_full);
      }
      at = skip_json_space(at, end);
      if (at == end) break;
      if (*at != '{') {
        fail(publish_error::bad_json,
             fmt::format("expected '{{' of a record, found {} at byte {}", shown_byte(*at),
                         stream_bytes_ + bytes_between(begin, at)));
        return stop(status::failed);
      }
      if (reading_ == nullptr) reading_ = std::make_unique<reading>(limits_, false);
    }
    object_reader& object = reading_->object;
    const auto read = object.read(at, end, stream_bytes_ + bytes_between(begin, at));
    at = read.at;
    if (read.what == object_reader::state::need_more) break;
    if (read.what == object_reader::state::failed) {
      fail(publish_error::bad_json, object.error());
      return stop(status::failed);
    }
    if (!add_object(out)) return stop(status::batch_full);
    ++at;
    object.restart();
  }
  return stop(status::need_more);
}

publish_decoder::progress publish_decoder::feed_lines(const char* begin, const char* end,
                                                      record::batch_builder& out) {
  const char* at = begin;
  const auto stop = [&](status state) { return progress{bytes_between(begin, at), state}; };
  while (at != end) {
    if (out.full() || refusals_.size() >= refusals_max) return stop(status::batch_full);
    if (line_ == nullptr && limits_.fast_paths && next_record_ > skip_through_) {
      const auto lines = add_line_records(at, end, out, request_.stamped, arrival_ns_,
                                          limits_.line_bytes_max);
      at = lines.at;
      next_record_ += lines.records;
      count_.records += lines.records;
      if (lines.batch_full) return stop(status::batch_full);
      if (at == end) break;
    }
    const auto* const newline =
        static_cast<const char*>(std::memchr(at, '\n', bytes_between(at, end)));
    if (newline == nullptr) {
      carry_line(at, end);
      at = end;
      break;
    }
    if (line_ != nullptr) {
      carry_line(at, newline);
      at = newline;
      const std::uint64_t total = line_->total - (line_->last == '\r' ? 1 : 0);
      if (!add_line(line_->bytes, total, out)) return stop(status::batch_full);
      line_.reset();
    } else {
      const char* const last = newline != at && newline[-1] == '\r' ? newline - 1 : newline;
      const std::size_t total = bytes_between(at, last);
      if (!add_line({at, total}, total, out)) return stop(status::batch_full);
    }
    at = newline + 1;
  }
  return stop(status::need_more);
}

void publish_decoder::carry_line(const char* begin, const char* end) {
  if (line_ == nullptr) line_ = std::make_unique<line_carry>();
  if (begin == end) return;
  const std::size_t bytes = bytes_between(begin, end);
  const std::size_t bytes_max = limits_.line_bytes_max + stamp_bytes_max + line_end_bytes_max;
  line_->bytes.append(begin, std::min(bytes, bytes_max - line_->bytes.size()));
  line_->total += bytes;
  line_->last = end[-1];
}

publish_decoder::status publish_decoder::finish(record::batch_builder& out) {
  switch (stage_) {
    case stage::first_byte:
    case stage::topic_line_end: line_.reset(); return status::finished;
    case stage::topic_value:
      fail(publish_error::bad_json,
           fmt::format("the input ends at byte {} inside the topic object", stream_bytes_));
      return status::failed;
    case stage::json:
      if (reading_ == nullptr) return status::finished;
      fail(publish_error::bad_json,
           fmt::format("the input ends at byte {} inside a record", stream_bytes_));
      reading_.reset();
      return status::failed;
    case stage::lines:
      if (line_ == nullptr) return status::finished;
      if (!add_line(line_->bytes, line_->total, out)) return status::batch_full;
      line_.reset();
      return status::finished;
    case stage::failed: break;
  }
  return status::failed;
}

/// False: the batch has no room for it.
bool publish_decoder::add_object(record::batch_builder& out) {
  if (request_.numbered && !enter_number()) return true;
  if (skip_duplicate()) return true;
  record_values values;
  if (auto wrong = read_record(reading_->object, arrival_ns_, time_, values)) {
    ++count_.general_records;
    refuse(wrong->error, std::move(wrong->message));
    return true;
  }
  if (!add(values.head, {values.text, values.text_total}, values.fields, out)) return false;
  ++count_.general_records;
  count_.replaced_surrogates += values.replaced_surrogates;
  return true;
}

/// `bytes` are the first of a line's `total`. False: the batch has no room for it.
bool publish_decoder::add_line(std::string_view bytes, std::uint64_t total,
                               record::batch_builder& out) {
  if (skip_duplicate()) return true;
  record::head head;
  head.time_ns = arrival_ns_;
  head.flags = record::arrival_time;
  if (request_.stamped) {
    // A carried line may end in the '\r' of its line end; it is no part of a stamp.
    const std::size_t stamp = parse_stamp(bytes.data(), bytes.data() + bytes.size(), head.time_ns);
    if (stamp == 0) {
      refuse(publish_error::bad_time,
             "the line does not begin with its nanosecond Unix time and one space, as stamped "
             "lines do");
      return true;
    }
    bytes.remove_prefix(stamp);
    total -= stamp;
    head.flags = 0;
  }
  std::string no_fields;
  return add(head, {bytes, total}, no_fields, out);
}

/// Cuts the text if it is too long and adds the record. False: the batch has no room for it.
bool publish_decoder::add(record::head head, const long_text& text, std::string& fields,
                          record::batch_builder& out) {
  const record_limits limits{limits_.line_bytes_max, limits_.record_bytes_max};
  const added did = add_record(head, text, fields, limits, out);
  switch (did.what) {
    case added::outcome::batch_full: return false;
    case added::outcome::too_long:
      refuse(publish_error::too_long, too_long_message(did.stored, limits));
      return true;
    case added::outcome::added: break;
  }
  if (did.cut) ++count_.cut_lines;
  ++count_.records;
  ++next_record_;
  return true;
}

/// The number that the record brings, if it does, is its own. False: it was refused.
bool publish_decoder::enter_number() {
  const object_reader::value& v = reading_->object.get(record_schema::sequence);
  if (v.type == json_type::none) return true;
  const auto number = v.type == json_type::number ? parse_sequence(v.bytes) : std::nullopt;
  if (!number || *number < next_record_) {
    refuse(publish_error::bad_record,
           fmt::format("sequence: expected a whole number from {} on", next_record_));
    return false;
  }
  next_record_ = *number;
  return true;
}

bool publish_decoder::skip_duplicate() noexcept {
  if (next_record_ > skip_through_) return false;
  ++count_.skipped;
  ++next_record_;
  return true;
}

void publish_decoder::refuse(publish_error error, std::string message) {
  refusals_.push_back({error, next_record_, std::move(message), false});
  ++count_.refused;
  ++next_record_;
}

void publish_decoder::fail(publish_error error, std::string message) {
  const bool in_records = stage_ == stage::json || stage_ == stage::lines;
  if (in_records) ++count_.refused;
  refusals_.push_back({error, in_records ? next_record_ : 0, std::move(message), true});
  stage_ = stage::failed;
}

}  // namespace logio::wire
