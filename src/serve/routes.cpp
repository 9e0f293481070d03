#include "routes.hpp"

#include <algorithm>
#include <array>

namespace logio::serve {
namespace {

constexpr std::string_view reading = "GET, HEAD, OPTIONS";
constexpr std::string_view reading_and_publishing = "GET, HEAD, OPTIONS, POST";
constexpr std::string_view changing = "OPTIONS, POST";

constexpr std::string_view name_mark = "NAME";

constexpr std::array table = {
    route{"/", reading_and_publishing, route_target::stream, false},
    route{"/events", reading_and_publishing, route_target::events, false, true},
    route{"/v1/topics", reading, route_target::topics, false},
    route{"/v1/subscribers", reading, route_target::subscribers, false},
    route{"/v1/marathon", reading, route_target::marathon, true},
    route{"/v1/sinks", reading, route_target::sinks, true},
    route{"/v1/sinks/NAME/records", reading, route_target::sink_records, false},
    route{"/v1/sinks/NAME/dead", reading, route_target::sink_dead, false},
    route{"/v1/sinks/NAME/dead/resend", changing, route_target::sink_resend, false},
    route{"/v1/reload", changing, route_target::reload, false},
    route{"/v1/status", reading, route_target::status, true},
    route{"/healthz", reading, route_target::healthz, true, true},
    route{"/readyz", reading, route_target::readyz, true},
    route{"/metrics", reading, route_target::metrics, true},
};

/// Where NAME begins in the route's path, and how much stands behind it.
struct name_place {
  std::size_t begin, behind;
};

constexpr name_place place_of_name(std::string_view path) noexcept {
  const std::size_t begin = path.find(name_mark);
  return {begin, begin == std::string_view::npos ? 0 : path.size() - begin - name_mark.size()};
}

bool is_at(const route& r, std::string_view path) noexcept {
  const auto [begin, behind] = place_of_name(r.path);
  if (begin == std::string_view::npos) return r.path == path;
  return path.size() > begin + behind && path.starts_with(r.path.substr(0, begin)) &&
         path.ends_with(r.path.substr(r.path.size() - behind)) &&
         named_in(r, path).find('/') == std::string_view::npos;
}

}  // namespace

bool route::allows(std::string_view method) const noexcept {
  for (std::string_view rest = allow; !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    if (rest.substr(0, end) == method) return true;
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return false;
}

std::string_view named_in(const route& of, std::string_view path) noexcept {
  const auto [begin, behind] = place_of_name(of.path);
  if (begin == std::string_view::npos) return {};
  return path.substr(begin, path.size() - begin - behind);
}

const route* find_route(std::string_view path) noexcept {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const route& r) { return is_at(r, path); });
  return found == table.end() ? nullptr : &*found;
}

std::string_view all_methods() noexcept { return reading_and_publishing; }

std::string route_paths(bool at_events_port) {
  std::string out;
  for (const route& r : table) {
    if (at_events_port && !r.at_events_port) continue;
    if (!out.empty()) out += ", ";
    out += r.path;
  }
  return out;
}

}  // namespace logio::serve
