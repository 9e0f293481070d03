#include "marathon_page.hpp"

#include "json_object.hpp"

namespace logio::serve {
namespace {

void append_known(json_object& object, std::string_view name, const std::string& value) {
  if (value.empty()) {
    object.null(name);
  } else {
    object.text(name, value);
  }
}

void append_time(json_object& object, std::string_view name, std::int64_t time_ns) {
  if (time_ns == 0) {
    object.null(name);
  } else {
    object.time(name, time_ns);
  }
}

void append_events(std::string& out, const event_counts& events) {
  json_object object(out);
  for (std::size_t type = 0; type < wire::event_type_count(); ++type) {
    if (const std::uint64_t n = events.taken(type); n != 0) {
      object.number(wire::event_type_name(type), n);
    }
  }
}

}  // namespace

std::string render_marathon(const std::optional<marathon_status>& link,
                            const event_counts& events) {
  const marathon_status shown = link.value_or(marathon_status{.state = "off"});
  std::string out;
  {
    json_object object(out);
    object.text("state", shown.state);
    append_time(object, "since", shown.since_ns);
    append_known(object, "url", shown.url);
    append_known(object, "callback_url", shown.callback_url);
    append_known(object, "address", shown.address);
    append_known(object, "why_stream", shown.why_stream);
    append_time(object, "last_event_at", events.newest_ns());
    append_events(object.member("events"), events);
    object.number("repeated_events", events.repeated());
    object.number("refused_events", shown.refused_events);
    object.number("interruptions", shown.interruptions);
    object.number("registrations", shown.registrations);
    object.number("heartbeats", shown.heartbeats);
    object.number("errors", shown.errors);
    append_known(object, "last_error", shown.last_error);
    append_time(object, "last_error_at", shown.last_error_ns);
  }
  out += '\n';
  return out;
}

}  // namespace logio::serve
