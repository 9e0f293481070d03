#include "logio/wire/marathon_event.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "logio/base/result.hpp"
#include "logio/base/utf8.hpp"
#include "logio/record/severity.hpp"
#include "logio/record/time.hpp"
#include "wire/add_record.hpp"
#include "wire/choose_fields.hpp"
#include "wire/fields.hpp"
#include "wire/json_scan.hpp"
#include "wire/whole_object.hpp"

namespace logio::wire {
namespace {

using value = object_reader::value;
using record::severity_number;

constexpr std::size_t line_bytes_min = 64;
constexpr std::size_t small_bytes_max = 64;
constexpr severity_number info = 9, warn = 13, error = 17;

enum key : std::size_t {
  event_type, timestamp, app_id, host, task_status, condition, alive, healthy, key_count
};
constexpr std::array<key_spec, key_count> keys = {
    key_spec{"eventtype", small_bytes_max},
    key_spec{"timestamp", small_bytes_max},
    key_spec{"appid", record::topic_value_bytes_max + 1},
    key_spec{"host", record::topic_value_bytes_max + 1},
    key_spec{"taskstatus", small_bytes_max},
    key_spec{"condition", small_bytes_max},
    key_spec{"alive", small_bytes_max},
    key_spec{"healthy", small_bytes_max}};
static_assert(key_count <= object_reader::keys_max);

struct severity_row {
  std::string_view name;
  severity_number severity;
};

// What is in none of these tables is info.
constexpr std::array of_event_types = {
    severity_row{"failed_health_check_event", warn},
    severity_row{"unhealthy_task_kill_event", error},
    severity_row{"unhealthy_instance_kill_event", error},
    severity_row{"unknown_instance_terminated_event", warn},
    severity_row{"group_change_failed", error},
    severity_row{"deployment_failed", error},
    severity_row{"deployment_step_failure", error},
    severity_row{"scheduler_disconnected_event", warn}};

// Mesos' task states that a task comes to by no wish of its owner. Source: Mesos' mesos.proto,
// TaskState.
constexpr std::array of_task_states = {
    severity_row{"FAILED", error},       severity_row{"ERROR", error},
    severity_row{"LOST", error},         severity_row{"DROPPED", error},
    severity_row{"GONE", error},         severity_row{"GONE_BY_OPERATOR", warn},
    severity_row{"UNREACHABLE", warn},   severity_row{"UNKNOWN", warn}};

template <std::size_t N>
severity_number find_severity(const std::array<severity_row, N>& rows, std::string_view name) {
  const auto same = [](char a, char b) { return (a & ~0x20) == (b & ~0x20); };
  const auto found = std::ranges::find_if(rows, [&](const severity_row& row) {
    return std::ranges::equal(row.name, name, same);
  });
  return found == rows.end() ? info : found->severity;
}

bool is_text(const value& v) noexcept {
  return v.type == json_type::string && v.total == v.bytes.size();
}

bool is_false(const value& v) noexcept {
  return v.type == json_type::boolean && v.bytes == "false";
}

std::string_view trim_json(std::string_view json) noexcept {
  const char* const begin = skip_json_space(json.data(), json.data() + json.size());
  const char* end = json.data() + json.size();
  while (end != begin && is_json_space(end[-1])) --end;
  return {begin, bytes_between(begin, end)};
}

/// Without white space between tokens. REQUIRES: `json` is a JSON value.
void append_compact(std::string& out, std::string_view json) {
  const char* at = json.data();
  const char* const end = at + json.size();
  const char* kept = at;
  while (at != end) {
    if (is_json_space(*at)) {
      out.append(kept, at);
      at = kept = skip_json_space(at, end);
    } else {
      at = (*at == '"' ? skip_json_string(at, end) : at) + 1;
    }
  }
  out.append(kept, at);
}

/// The first byte that is not UTF-8's, or the size.
std::size_t find_ill_formed(std::string_view text) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at != end;) {
    if ((*at & 0x80) == 0) {
      ++at;
      continue;
    }
    const base::utf8_step step = base::utf8_next(at, end);
    if (!step.valid) return bytes_between(begin, at);
    at += step.bytes;
  }
  return text.size();
}

}  // namespace

class marathon_decoder::body {
 public:
  explicit body(options limits) : limits_(limits) {}

  std::optional<std::string> decode(std::string_view json, std::string_view host_otherwise,
                                    std::int64_t arrival_ns, marathon_event& out);

 private:
  std::optional<std::string> read(std::string_view json);
  const value& get(key k) const noexcept { return object_.get(k); }
  void set_text(std::string_view json, marathon_event& out);
  void set_topic(std::string_view host_otherwise, marathon_event& out) const;
  void set_time(std::int64_t arrival_ns, marathon_event& out) const;
  severity_number severity() const;
  std::optional<std::string> set_fields(std::string_view json, marathon_event& out);
  void keep_short_fields(marathon_event& out);

  const options limits_;
  whole_object object_{keys};
  std::string compact_, all_, entries_;
  std::uint64_t cut_bytes_ = 0;
};

std::optional<std::string> marathon_decoder::body::decode(std::string_view json,
                                                          std::string_view host_otherwise,
                                                          std::int64_t arrival_ns,
                                                          marathon_event& out) {
  if (auto wrong = read(json)) return wrong;
  const std::string_view trimmed = trim_json(json);
  out.head = {};
  out.type = is_text(get(event_type)) ? get(event_type).bytes : std::string();
  set_text(trimmed, out);
  set_topic(host_otherwise, out);
  set_time(arrival_ns, out);
  out.head.severity = severity();
  if (auto wrong = set_fields(trimmed, out)) return wrong;
  out.head.text_bytes = static_cast<std::uint32_t>(out.text.size());
  out.head.fields_bytes = static_cast<std::uint32_t>(out.fields.size());
  return std::nullopt;
}

std::optional<std::string> marathon_decoder::body::read(std::string_view json) {
  const char* const end = json.data() + json.size();
  const char* const begin = skip_json_space(json.data(), end);
  if (begin == end) return "not JSON: it is empty";
  if (json.size() > limits_.event_bytes_max) {
    return fmt::format("{} bytes of JSON; an event has at most {}", json.size(),
                       limits_.event_bytes_max);
  }
  if (const std::size_t at = find_ill_formed(json); at != json.size()) {
    return fmt::format("not JSON: {} at byte {} is not UTF-8", shown_byte(json[at]), at);
  }
  const std::size_t offset = bytes_between(json.data(), begin);
  json.remove_prefix(offset);
  if (auto wrong = *begin == '{' ? object_.read(json, offset) : object_.read_other(json, offset)) {
    return "not JSON: " + *wrong;
  }
  return std::nullopt;
}

void marathon_decoder::body::set_text(std::string_view json, marathon_event& out) {
  if (json.find_first_of("\r\n\t") != std::string_view::npos) {
    compact_.clear();
    append_compact(compact_, json);
    json = compact_;
  }
  const text_cut at = cut_text({json, json.size()}, limits_.line_bytes_max);
  out.text.assign(json, 0, at.kept_bytes);
  out.text += at.note;
  if (at.cut_bytes > 0) out.head.flags |= record::cut_text;
  cut_bytes_ = at.cut_bytes;
}

void marathon_decoder::body::set_topic(std::string_view host_otherwise,
                                       marathon_event& out) const {
  out.topic.proc = marathon_name;
  out.topic.app = marathon_name;
  out.topic.host = host_otherwise;
  out.of_app = false;
  if (is_text(get(host)) && !get(host).bytes.empty() &&
      !record::check(record::topic_view{marathon_name, marathon_name, get(host).bytes})) {
    out.topic.host = get(host).bytes;
  }
  if (!is_text(get(app_id))) return;
  std::string_view app = get(app_id).bytes;
  if (app.starts_with('/')) app.remove_prefix(1);
  if (record::check(record::topic_view{app, marathon_name, {}})) return;
  out.topic.app = app;
  out.of_app = true;
}

void marathon_decoder::body::set_time(std::int64_t arrival_ns, marathon_event& out) const {
  if (is_text(get(timestamp))) {
    if (const auto time_ns = record::parse_rfc3339(get(timestamp).bytes)) {
      out.head.time_ns = *time_ns;
      return;
    }
  }
  out.head.time_ns = arrival_ns;
  out.head.flags |= record::arrival_time;
}

severity_number marathon_decoder::body::severity() const {
  severity_number highest = find_severity(of_event_types, get(event_type).bytes);
  std::string_view state = get(task_status).bytes;
  if (state.starts_with("TASK_")) state.remove_prefix(5);
  highest = std::max(highest, find_severity(of_task_states, state));
  highest = std::max(highest, find_severity(of_task_states, get(condition).bytes));
  if (is_false(get(alive)) || is_false(get(healthy))) highest = std::max(highest, warn);
  return highest;
}

std::optional<std::string> marathon_decoder::body::set_fields(std::string_view json,
                                                              marathon_event& out) {
  out.fields.clear();
  out.replaced_surrogates = 0;
  if (json.starts_with('{')) {
    if (auto wrong = fields_from_json(json, out.fields, out.replaced_surrogates)) {
      return "not JSON: " + *wrong;
    }
    if (cut_bytes_ > 0 && !out.fields.empty()) keep_short_fields(out);
  }
  if (cut_bytes_ > 0) add_cut_bytes(out.fields, cut_bytes_);
  return std::nullopt;
}

void marathon_decoder::body::keep_short_fields(marathon_event& out) {
  constexpr std::size_t short_bytes_max = 4096, all_bytes_max = std::size_t{64} << 10;
  using kept_name = std::optional<std::string_view>;
  all_.swap(out.fields);
  choose_fields(all_, entries_, out.fields, [&](std::string_view name, const field_item& item,
                                                std::string_view bytes) -> kept_name {
    const bool nested = item.what == field_kind::array || item.what == field_kind::map;
    const std::size_t size = name.size() + bytes.size();
    if (nested || size > short_bytes_max || entries_.size() + size > all_bytes_max) return {};
    return name;
  });
}

marathon_decoder::marathon_decoder(options limits) : body_(std::make_unique<body>(limits)) {
  LOGIO_ASSERT(limits.line_bytes_max >= line_bytes_min, "a text has room for the note of a cut");
}
marathon_decoder::marathon_decoder() : marathon_decoder(options{}) {}
marathon_decoder::~marathon_decoder() = default;
marathon_decoder::marathon_decoder(marathon_decoder&&) noexcept = default;
marathon_decoder& marathon_decoder::operator=(marathon_decoder&&) noexcept = default;

std::optional<std::string> marathon_decoder::decode(std::string_view json, std::string_view host,
                                                    std::int64_t arrival_ns,
                                                    marathon_event& out) {
  return body_->decode(json, host, arrival_ns, out);
}

}  // namespace logio::wire
