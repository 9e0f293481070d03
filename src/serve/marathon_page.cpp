#include "marathon_page.hpp"

#include "json_object.hpp"

namespace logio::serve {
namespace {

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
    object.known_time("since", shown.since_ns);
    object.known_text("url", shown.url);
    object.known_text("callback_url", shown.callback_url);
    object.known_text("address", shown.address);
    object.known_text("why_stream", shown.why_stream);
    object.known_time("last_event_at", events.newest_ns());
    append_events(object.member("events"), events);
    object.number("repeated_events", events.repeated());
    object.number("refused_events", shown.refused_events);
    object.number("interruptions", shown.interruptions);
    object.number("registrations", shown.registrations);
    object.number("heartbeats", shown.heartbeats);
    object.number("errors", shown.errors);
    object.known_text("last_error", shown.last_error);
    object.known_time("last_error_at", shown.last_error_ns);
  }
  out += '\n';
  return out;
}

}  // namespace logio::serve
