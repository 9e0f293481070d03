#include "logio/wire/marathon_event.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "logio/base/result.hpp"
#include "logio/record/severity.hpp"
#include "logio/record/time.hpp"
#include "wire/add_record.hpp"
#include "wire/fields.hpp"
#include "wire/fields_reader.hpp"
#include "wire/fields_writer.hpp"
#include "wire/json_scan.hpp"
#include "wire/object_reader.hpp"

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

constexpr const char* cut_off = "it is cut off";

std::string follows(const char* what, std::uint64_t place) {
  return fmt::format("{} follows the value at byte {}", shown_byte(*what), place);
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

/// The final quote of the string that begins at `at`. REQUIRES: there is one.
const char* skip_string(const char* at, const char* end) noexcept {
  for (++at; *(at = find_json_special(at, end)) != '"';) at += *at == '\\' ? 2 : 1;
  return at;
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
      at = (*at == '"' ? skip_string(at, end) : at) + 1;
    }
  }
  out.append(kept, at);
}

/// The first comma that is inside of no bracket, or null. REQUIRES: `json` is the inside of a JSON
/// array or object.
const char* find_outer_comma(std::string_view json) noexcept {
  const char* const end = json.data() + json.size();
  std::size_t depth = 0;
  for (const char* at = json.data(); at != end; ++at) {
    if (*at == '[' || *at == '{') ++depth;
    if (*at == ']' || *at == '}') --depth;
    if (*at == ',' && depth == 0) return at;
    if (*at == '"') at = skip_string(at, end);
  }
  return nullptr;
}

}  // namespace

class marathon_decoder::body {
 public:
  explicit body(options limits) : limits_(limits) {}

  std::optional<std::string> decode(std::string_view json, std::string_view host_otherwise,
                                    std::int64_t arrival_ns, marathon_event& out);

 private:
  std::optional<std::string> read(std::string_view json);
  std::optional<std::string> read_object(std::string_view json, std::uint64_t offset);
  std::optional<std::string> read_other(std::string_view json, std::uint64_t offset);
  const value& get(key k) const noexcept { return reader_.get(k); }
  void set_text(std::string_view json, marathon_event& out);
  void set_topic(std::string_view host_otherwise, marathon_event& out) const;
  void set_time(std::int64_t arrival_ns, marathon_event& out) const;
  severity_number severity() const;
  std::optional<std::string> set_fields(std::string_view json, marathon_event& out);
  void keep_short_fields(marathon_event& out);

  const options limits_;
  object_reader reader_{keys};
  bool reusable_ = true;  ///< the reader stands behind a whole object
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
  if (!std::exchange(reusable_, false)) reader_ = object_reader(keys);
  reader_.restart();
  const auto offset = static_cast<std::uint64_t>(begin - json.data());
  if (auto wrong = *begin == '{' ? read_object(json.substr(offset), offset)
                                 : read_other(json.substr(offset), offset)) {
    return "not JSON: " + *wrong;
  }
  reusable_ = true;
  if (!reader_.problem().empty()) return "not JSON: " + reader_.problem();
  return std::nullopt;
}

std::optional<std::string> marathon_decoder::body::read_object(std::string_view json,
                                                               std::uint64_t offset) {
  const char* const end = json.data() + json.size();
  const auto did = reader_.read(json.data(), end, offset);
  if (did.what == object_reader::state::failed) return reader_.error();
  if (did.what != object_reader::state::complete) return cut_off;
  const char* const behind = skip_json_space(did.at + 1, end);
  if (behind == end) return std::nullopt;
  return follows(behind, offset + bytes_between(json.data(), behind));
}

/// As the only member of an object: the reader knows no other beginning.
std::optional<std::string> marathon_decoder::body::read_other(std::string_view json,
                                                              std::uint64_t offset) {
  constexpr std::string_view before = "{\"\":", after = "}";
  (void)reader_.read(before.data(), before.data() + before.size(), 0);
  const auto did = reader_.read(json.data(), json.data() + json.size(), offset);
  if (did.what == object_reader::state::failed) return reader_.error();
  if (did.what == object_reader::state::complete) {
    return follows(did.at, offset + bytes_between(json.data(), did.at));
  }
  const auto ended = reader_.read(after.data(), after.data() + after.size(), offset + json.size());
  if (ended.what != object_reader::state::complete) return cut_off;
  const char* const comma = find_outer_comma(json);
  if (comma == nullptr) return std::nullopt;
  return follows(comma, offset + bytes_between(json.data(), comma));
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
  all_.swap(out.fields);
  entries_.clear();
  std::uint32_t count = 0;
  fields_writer writer(entries_);
  const bool whole = for_each_field(all_, [&](std::string_view name, const field_item& item,
                                              std::string_view bytes) {
    const bool nested = item.what == field_kind::array || item.what == field_kind::map;
    const std::size_t size = name.size() + bytes.size();
    if (nested || size > short_bytes_max || entries_.size() + size > all_bytes_max) return;
    writer.string(name);
    entries_ += bytes;
    ++count;
  });
  LOGIO_ASSERT(whole, "fields are what was just made of JSON");
  out.fields.clear();
  if (count > 0) {
    fields_writer(out.fields).map(count);
    out.fields += entries_;
  }
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
