#include "wire/record_object.hpp"

#include <fmt/core.h>

#include "logio/base/json_string.hpp"
#include "logio/record/severity.hpp"
#include "logio/record/time.hpp"
#include "wire/fields.hpp"

namespace logio::wire {
namespace {

using key = record_schema::key;
using value = object_reader::value;

constexpr std::size_t shown_bytes_max = 64;
// A time has at most 35 bytes, a severity 5: more is wrong, and is shown in the refusal.
constexpr std::size_t small_bytes_max = shown_bytes_max;

/// The value as JSON, shortened, for a message of one line.
std::string shown(const value& v) {
  std::string out;
  if (v.type == json_type::string) {
    base::append_json_string(out, v.bytes);
  } else {
    out = v.bytes;
  }
  return out;
}

record_problem wrong_type(std::string_view name_of_key, std::string_view expected,
                          json_type found) {
  return {publish_error::bad_record,
          fmt::format("{}: expected {}, found {}", name_of_key, expected, name(found))};
}

std::optional<record_problem> read_time(const value& v, std::int64_t arrival_ns,
                                        record::rfc3339_parser& parser, record::head& out) {
  if (v.type == json_type::none) {
    out.time_ns = arrival_ns;
    out.flags |= record::arrival_time;
    return std::nullopt;
  }
  if (v.type == json_type::string && v.total == v.bytes.size()) {
    const char* const end = v.bytes.data() + v.bytes.size();
    if (parser.parse_prefix(v.bytes.data(), end, out.time_ns) == end) return std::nullopt;
    if (const auto time_ns = record::parse_rfc3339(v.bytes)) {
      out.time_ns = *time_ns;
      return std::nullopt;
    }
  }
  if (v.type != json_type::string) {
    return record_problem{publish_error::bad_time,
                          fmt::format("time: expected a string, found {}", name(v.type))};
  }
  return record_problem{
      publish_error::bad_time,
      fmt::format("time: {} is no RFC 3339 time such as 2026-11-21T01:45:53.955367001Z",
                  shown(v))};
}

std::optional<record_problem> read_severity(const value& v, record::head& out) {
  if (v.type == json_type::none) return std::nullopt;
  if (v.type == json_type::string || v.type == json_type::number) {
    if (const auto severity = record::parse_severity(v.bytes)) {
      out.severity = *severity;
      return std::nullopt;
    }
    return record_problem{
        publish_error::bad_record,
        fmt::format("severity: {} is neither 1 to 24 nor one of trace debug info warn error fatal",
                    shown(v))};
  }
  return wrong_type("severity", "a number or a string", v.type);
}

std::optional<record_problem> read_fields(const value& v, record_values& out) {
  if (v.type == json_type::none) return std::nullopt;
  if (v.type != json_type::object) return wrong_type("fields", "an object", v.type);
  if (v.total > v.bytes.size()) {
    return record_problem{publish_error::too_long,
                          fmt::format("fields: {} bytes of JSON; at most {} are taken", v.total,
                                      v.bytes.size())};
  }
  if (auto wrong = fields_from_json(v.bytes, out.fields, out.replaced_surrogates)) {
    return record_problem{publish_error::bad_record, fmt::format("fields: {}", *wrong)};
  }
  return std::nullopt;
}

/// Leaves one final line end out.
void read_text(const value& v, record_values& out) {
  out.text_total = v.total;
  if (v.total > 0 && v.last[1] == '\n') {
    out.text_total -= v.total > 1 && v.last[0] == '\r' ? 2 : 1;
  }
  out.text = v.bytes;
}

}  // namespace

record_schema::record_schema(std::size_t line_bytes_max, std::size_t object_bytes_max) noexcept
    : keys_{{{"raw", line_bytes_max + line_end_bytes_max},
             {"text", line_bytes_max + line_end_bytes_max},
             {"time", small_bytes_max},
             {"severity", small_bytes_max},
             {"fields", object_bytes_max},
             {"sequence", small_bytes_max},
             {"app", record::topic_value_bytes_max + 1},
             {"proc", record::topic_value_bytes_max + 1},
             {"host", record::topic_value_bytes_max + 1}}} {
  static_assert(std::tuple_size_v<decltype(keys_)> <= object_reader::keys_max);
}

std::optional<record_problem> read_record(const object_reader& object, std::int64_t arrival_ns,
                                          record::rfc3339_parser& time, record_values& out) {
  if (!object.problem().empty()) {
    return record_problem{publish_error::bad_json, object.problem()};
  }
  if (auto wrong = read_time(object.get(key::time), arrival_ns, time, out.head)) return wrong;
  for (const key k : {key::raw, key::text}) {
    const json_type type = object.get(k).type;
    if (type != json_type::none && type != json_type::string) {
      return wrong_type(k == key::raw ? "raw" : "text", "a string", type);
    }
  }
  const bool has_raw = object.get(key::raw).type == json_type::string;
  if (!has_raw && object.get(key::text).type == json_type::none) {
    return record_problem{publish_error::bad_record, "neither raw nor text is there"};
  }
  read_text(object.get(has_raw ? key::raw : key::text), out);
  if (auto wrong = read_severity(object.get(key::severity), out.head)) return wrong;
  out.replaced_surrogates = object.replaced_surrogates();
  return read_fields(object.get(key::fields), out);
}

std::optional<record_problem> read_record_topic(const object_reader& object,
                                                const record::topic_view& otherwise,
                                                record::topic_view& out) {
  struct part {
    key k;
    std::string_view name;
    std::string_view record::topic_view::*value;
  };
  constexpr std::array parts = {part{key::app, "app", &record::topic_view::app},
                                part{key::proc, "proc", &record::topic_view::proc},
                                part{key::host, "host", &record::topic_view::host}};
  out = otherwise;
  for (const part& p : parts) {
    const value& v = object.get(p.k);
    if (v.type == json_type::none) continue;
    if (v.type != json_type::string) {
      return record_problem{publish_error::bad_topic,
                            fmt::format("{}: expected a string, found {}", p.name, name(v.type))};
    }
    if (v.total > v.bytes.size()) {
      return record_problem{publish_error::bad_topic,
                            fmt::format("{} has {} bytes; at most {} are allowed", p.name, v.total,
                                        record::topic_value_bytes_max)};
    }
    out.*p.value = v.bytes;
  }
  if (out.app.empty() && object.get(key::app).type == json_type::none) {
    return record_problem{publish_error::bad_topic,
                          "the record has no app; give it one (\"app\":\"…\"), or give one to "
                          "all records in the request (?app=…)"};
  }
  return std::nullopt;
}

}  // namespace logio::wire
