#include "sink/kafka_message.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "logio/base/result.hpp"
#include "logio/wire/text_encoder.hpp"

namespace logio::sink {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

constexpr std::array<std::string_view, 25> severity_texts{
    "0",  "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10", "11", "12",
    "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24"};

/// Lengths, time and offset of one message in a batch, and of each header, at their longest.
constexpr std::size_t message_overhead_bytes = 64;
constexpr std::size_t header_overhead_bytes = 10;

/// Without the newline that a line ends with.
std::string_view without_newline(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin) - 1};
}

}  // namespace

std::size_t kafka_message::bytes() const noexcept {
  std::size_t sum = message_overhead_bytes + key.size() + value.size();
  for (std::size_t i = 0; i < header_count; ++i) {
    sum += header_overhead_bytes + std::strlen(headers[i].name) + headers[i].value.size();
  }
  return sum;
}

std::optional<kafka_format> parse_kafka_format(std::string_view name) noexcept {
  if (name.empty() || name == "json") return kafka_format::json;
  if (name == "gelf") return kafka_format::gelf;
  if (name == "text") return kafka_format::text;
  return std::nullopt;
}

kafka_encoder::kafka_encoder(kafka_format format, bool headers, kafka_value_encoder gelf)
    : format_(format), headers_(headers), gelf_(std::move(gelf)) {
  LOGIO_ASSERT(format_ != kafka_format::gelf || gelf_, "format gelf without an encoder");
}

void kafka_encoder::begin_call() noexcept {
  parts_.clear();
  last_topic_ = nullptr;
}

const std::string& kafka_encoder::topic_part(const record::topic& topic) {
  if (last_topic_ != &topic) {
    auto [at, fresh] = parts_.try_emplace(&topic);
    if (fresh) {
      at->second =
          format_ == kafka_format::text ? record::text_label(topic) : record::json_members(topic);
    }
    last_topic_ = &topic;
    last_part_ = &at->second;
  }
  return *last_part_;
}

kafka_message kafka_encoder::encode(const item& which, byte_arena& arena) {
  kafka_message out;
  out.key = which.topic->app;
  out.timestamp_ms = std::max<std::int64_t>(which.record.time_ns() / ns_per_ms, 1);
  switch (format_) {
    case kafka_format::json: out.value = encode_json(which, arena); break;
    case kafka_format::text: out.value = encode_text(which, arena); break;
    case kafka_format::gelf: out.value = encode_gelf(which, arena); break;
  }
  if (headers_) add_headers(which, out);
  return out;
}

std::string_view kafka_encoder::encode_json(const item& which, byte_arena& arena) {
  if (!json_ || json_epoch_ != which.epoch) {
    json_.emplace(which.epoch);
    json_epoch_ = which.epoch;
  }
  const std::string& members = topic_part(*which.topic);
  char* const at = arena.reserve(json_->ndjson_bound(which.record, members));
  const char* const end =
      json_->encode_ndjson(at, which.record, members, which.position, which.arrival_ns);
  arena.keep(static_cast<std::size_t>(end - at));
  return without_newline(at, end);
}

std::string_view kafka_encoder::encode_text(const item& which, byte_arena& arena) {
  const std::string& label = topic_part(*which.topic);
  char* const at = arena.reserve(wire::text_bound(label.size(), which.record));
  const char* const end = wire::encode_text(at, which.record, label, text_time_);
  arena.keep(static_cast<std::size_t>(end - at));
  return without_newline(at, end);
}

std::string_view kafka_encoder::encode_gelf(const item& which, byte_arena& arena) {
  gelf_value_.clear();
  gelf_(which, gelf_value_);
  char* const at = arena.reserve(gelf_value_.size());
  std::ranges::copy(gelf_value_, at);
  arena.keep(gelf_value_.size());
  return {at, gelf_value_.size()};
}

void kafka_encoder::add_headers(const item& which, kafka_message& out) {
  const auto add = [&out](const char* name, std::string_view value) {
    if (!value.empty()) out.headers[out.header_count++] = {name, value};
  };
  add("app", which.topic->app);
  add("proc", which.topic->proc);
  add("host", which.topic->host);
  header_time_.write(which.record.time_ns(), header_time_bytes_.data());
  add("time", {header_time_bytes_.data(), header_time_bytes_.size()});
  const record::severity_number severity = which.record.severity();
  if (severity != 0 && severity < severity_texts.size()) add("severity", severity_texts[severity]);
}

}  // namespace logio::sink
