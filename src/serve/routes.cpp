#include "routes.hpp"

#include <algorithm>
#include <array>

namespace logio::serve {
namespace {

constexpr std::string_view reading = "GET, HEAD, OPTIONS";
constexpr std::string_view reading_and_publishing = "GET, HEAD, OPTIONS, POST";

constexpr std::array table = {
    route{"/", reading_and_publishing, route_target::stream, false},
    route{"/v1/topics", reading, route_target::topics, false},
    route{"/v1/subscribers", reading, route_target::subscribers, false},
    route{"/v1/status", reading, route_target::status, true},
    route{"/healthz", reading, route_target::healthz, true},
    route{"/readyz", reading, route_target::readyz, true},
    route{"/metrics", reading, route_target::metrics, true},
};

}  // namespace

const route* find_route(std::string_view path) noexcept {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const route& r) { return r.path == path; });
  return found == table.end() ? nullptr : &*found;
}

std::string_view all_methods() noexcept { return reading_and_publishing; }

std::string route_paths() {
  std::string out;
  for (const route& r : table) {
    if (!out.empty()) out += ", ";
    out += r.path;
  }
  return out;
}

}  // namespace logio::serve
