#include "setup_check.hpp"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "logio/net/listen_address.hpp"
#include "sink_clients.hpp"
#include "sink_filter.hpp"

namespace logio::app {
namespace {

void check_listen(std::string_view key, const std::string& value, std::vector<std::string>& out) {
  if (value.empty()) return;  // there is none; where there has to be one, reading has said so
  const auto address = net::parse_listen_address(value);
  if (address) return;
  out.push_back(fmt::format("{}: '{}': {}. {}", key, value, address.error().message,
                            address.error().hint));
}

}  // namespace

std::vector<std::string> all_errors(const config::read_setup& setup) {
  std::vector<std::string> out = setup ? std::vector<std::string>() : setup.error().lines;
  const config::serve_setup& s = setup ? *setup : setup.error().rest;
  for (std::string& line :
       bad_selections(s.options.sinks, s.sink_origins, s.options.pattern_bytes_max)) {
    out.push_back(std::move(line));
  }
  for (std::size_t i = 0; i < s.options.sinks.size(); ++i) {
    const sink::sink_options& one = s.options.sinks[i];
    std::string why;
    if (make_sink_client(one, "localhost", 1, {}, why)) continue;
    out.push_back(fmt::format("{}: sink '{}': {}", s.sink_origins[i], one.shown_url, why));
  }
  check_listen("publish_listen", s.options.publish_listen, out);
  check_listen("subscribe_listen", s.options.subscribe_listen, out);
  check_listen("events_listen", s.options.events_listen, out);
  return out;
}

}  // namespace logio::app
