#include "hub_ports.hpp"

#include <fmt/core.h>

#include <string_view>
#include <utility>
#include <vector>

#include "logio/base/exit_code.hpp"

namespace logio::app {
namespace {

struct wanted_port {
  std::string_view what;
  std::string_view flag;
  const std::string& address;  // empty: none
  std::vector<net::unique_fd>& inherited;
  std::unique_ptr<net::listener>& to;
};

start_failure cannot_listen(std::string_view command, const wanted_port& wanted,
                            const net::listen_failure& why) {
  const bool usage = why.why == net::listen_failure::cause::bad_address;
  return {usage ? base::exit_usage : base::exit_unavailable,
          fmt::format("logio {}: cannot listen for {} on {} (--{}): {}. {}", command, wanted.what,
                      wanted.address, wanted.flag, why.message, why.hint)};
}

std::optional<start_failure> open_port(asio::io_context& context, std::string_view command,
                                       const wanted_port& wanted) {
  if (!wanted.inherited.empty()) {
    wanted.to = net::listener::adopt(context, std::move(wanted.inherited));
    return std::nullopt;
  }
  if (wanted.address.empty()) return std::nullopt;
  auto address = net::parse_listen_address(wanted.address);
  if (!address) return cannot_listen(command, wanted, address.error());
  auto made = net::listener::open(context, *address);
  if (!made) return cannot_listen(command, wanted, made.error());
  wanted.to = std::move(*made);
  return std::nullopt;
}

}  // namespace

std::optional<start_failure> hub_ports::open(asio::io_context& context,
                                             const config::serve_options& options,
                                             inherited_sockets inherited) {
  // `logio marathon` may have neither of the first two; -p and -i say where it listens, mostly.
  const bool by_port = options.command_name == "marathon";
  const wanted_port all[] = {
      {"publishers", "publish-listen", options.publish_listen, inherited.publish, publish},
      {"subscribers", "subscribe-listen", options.subscribe_listen, inherited.subscribe,
       subscribe},
      {"events", by_port ? "port" : "events-listen", options.events_listen, inherited.events,
       events}};
  for (const wanted_port& wanted : all) {
    if (auto failure = open_port(context, options.command_name, wanted)) return failure;
  }
  return std::nullopt;
}

std::string hub_ports::ready_lines() const {
  std::string out;
  const auto add = [&out](std::string_view whom, const std::unique_ptr<net::listener>& port) {
    if (!port) return;
    out += fmt::format("Listening for {} on tcp {}\n", whom, net::to_string(port->address()));
  };
  add("subscribers", subscribe);
  add("publishers", publish);
  add("events", events);
  return out;
}

std::string hub_ports::in_words() const {
  std::string out;
  const auto add = [&out](std::string_view whom, const std::unique_ptr<net::listener>& port) {
    if (!port) return;
    out += fmt::format("{} for {} on {}", out.empty() ? "" : ",", whom,
                       net::to_string(port->address()));
  };
  add("publishers", publish);
  add("subscribers", subscribe);
  add("events", events);
  return out;
}

}  // namespace logio::app
