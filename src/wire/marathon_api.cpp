#include "logio/wire/marathon_api.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "logio/base/utf8.hpp"
#include "logio/record/time.hpp"
#include "wire/fields_writer.hpp"
#include "wire/json_scan.hpp"
#include "wire/loss_words.hpp"
#include "wire/whole_object.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t urls_bytes_max = std::size_t{1} << 20;
constexpr std::size_t message_bytes_max = std::size_t{2} << 10;
constexpr record::severity_number interruption_severity = 13;

constexpr std::array urls_schema = {key_spec{"callbackurls", urls_bytes_max}};
constexpr std::array url_schema = {key_spec{"url", urls_bytes_max}};
constexpr std::array message_schema = {key_spec{"message", message_bytes_max + 4}};

constexpr std::array<std::string_view, 30> event_types = {
    "api_post_event", "status_update_event", "framework_message_event", "subscribe_event",
    "unsubscribe_event", "event_stream_attached", "event_stream_detached",
    "add_health_check_event", "remove_health_check_event", "failed_health_check_event",
    "health_status_changed_event", "unhealthy_task_kill_event", "group_change_success",
    "group_change_failed", "deployment_success", "deployment_failed", "deployment_info",
    "deployment_step_success", "deployment_step_failure", "app_terminated_event",
    "scheduler_registered_event", "scheduler_reregistered_event", "scheduler_disconnected_event",
    "instance_changed_event", "unknown_instance_terminated_event",
    "unhealthy_instance_kill_event", "instance_health_changed_event", "pod_created_event",
    "pod_updated_event", "pod_deleted_event"};

/// The value of the schema's one key; null: `json` is no such object.
const object_reader::value* read_one(whole_object& object, std::string_view json,
                                     json_type wanted) {
  const char* const end = json.data() + json.size();
  const char* const begin = skip_json_space(json.data(), end);
  if (begin == end || *begin != '{') return nullptr;
  if (object.read({begin, bytes_between(begin, end)}, 0)) return nullptr;
  const object_reader::value& value = object.get(0);
  return value.type == wanted ? &value : nullptr;
}

std::string rfc3339(std::int64_t time_ns) {
  std::string out(record::rfc3339_bytes, '\0');
  record::write_rfc3339(time_ns, out.data());
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> read_callback_urls(std::string_view json) {
  whole_object list(urls_schema), one(url_schema);
  const auto* const found = read_one(list, json, json_type::array);
  if (found == nullptr || found->total != found->bytes.size()) return std::nullopt;
  std::vector<std::string> urls;
  const char* at = found->bytes.data() + 1;
  const char* const end = found->bytes.data() + found->bytes.size() - 1;
  while (at != end) {
    if (is_json_space(*at) || *at == ',') {
      ++at;
      continue;
    }
    if (*at != '"') return std::nullopt;
    const char* const last = skip_json_string(at, end);
    std::string object = R"({"url":)";
    object.append(at, last + 1).append("}");
    const auto* const url = read_one(one, object, json_type::string);
    if (url == nullptr) return std::nullopt;
    urls.push_back(url->bytes);
    at = last + 1;
  }
  return urls;
}

std::string read_api_message(std::string_view json) {
  whole_object object(message_schema);
  const auto* const found = read_one(object, json, json_type::string);
  if (found == nullptr) return {};
  std::string out = found->bytes.substr(0, base::utf8_cut(found->bytes, message_bytes_max));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

marathon_event make_interruption(std::int64_t from_ns, std::int64_t to_ns, std::string_view why,
                                 std::string_view host) {
  marathon_event out;
  out.topic = {std::string(marathon_name), std::string(marathon_name), std::string(host)};
  out.text = interruption_words(from_ns, to_ns, why);
  fields_writer fields(out.fields);
  fields.map(3);
  fields.string("interrupted_from");
  fields.string(rfc3339(from_ns));
  fields.string("interrupted_to");
  fields.string(rfc3339(to_ns));
  fields.string("reason");
  fields.string(why);
  out.head.time_ns = to_ns;
  out.head.severity = interruption_severity;
  out.head.text_bytes = static_cast<std::uint32_t>(out.text.size());
  out.head.fields_bytes = static_cast<std::uint32_t>(out.fields.size());
  return out;
}

std::size_t event_type_count() noexcept { return event_types.size() + 1; }

std::string_view event_type_name(std::size_t index) noexcept {
  return index < event_types.size() ? event_types[index] : "other";
}

std::size_t event_type_index(std::string_view name) noexcept {
  const auto found = std::ranges::find(event_types, name);
  return static_cast<std::size_t>(found - event_types.begin());
}

}  // namespace logio::wire
