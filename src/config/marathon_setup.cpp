#include "logio/config/marathon_setup.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "hub_reading.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/config/endpoint_url.hpp"
#include "logio/config/sink_url.hpp"
#include "setters.hpp"
#include "sink_checks.hpp"
#include "sink_parameters.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

/// What Python's urlparse takes for the scheme: `x:y` has one, `host:514` has not.
std::string python_scheme(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos || !is_scheme(url.substr(0, colon))) return {};
  const std::string_view rest = url.substr(colon + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!rest.empty() && std::ranges::all_of(rest, is_digit)) return {};
  std::string out(url.substr(0, colon));
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// The setter of `serve`, which tells `own` what is wrong.
setter set_store(marathon_flags& own, setter inner) {
  return [&own, inner = std::move(inner)](std::string_view value) -> std::optional<std::string> {
    const std::string scheme = python_scheme(value);
    if (find_sink_scheme(scheme) == nullptr) {
      own.store_is_bad = true;
      own.unknown_store = fmt::format("Invalid event store type: \"{}\" (from \"{}\")", scheme,
                                      shown_sink_url(value));
      return "is no event store";
    }
    const auto wrong = inner(scheme + std::string(value.substr(scheme.size())));
    if (wrong) own.store_is_bad = true;
    return wrong;
  };
}

setter set_ip(marathon_flags& own) {
  return [&own](std::string_view value) -> std::optional<std::string> {
    if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
    if (value.empty() || !is_host(value)) return "is no address: write 0.0.0.0, :: or one of this "
                                                 "machine's";
    own.ip = value;
    own.listen_given = true;
    return std::nullopt;
  };
}

setter set_port(marathon_flags& own) {
  return [&own](std::string_view value) -> std::optional<std::string> {
    own.listen_given = true;
    return set_count(own.port, 0, 65'535)(value);
  };
}

/// Takes the flag out of the table.
flag taken_flag(std::vector<flag>& flags, std::string_view name) {
  const auto found = std::ranges::find_if(flags, [&](const flag& f) { return f.name == name; });
  flag out = std::move(*found);
  flags.erase(found);
  return out;
}

/// Of the original's stores, as Python 2 writes a dict: memory and syslog over UDP.
std::string greeting_of(const serve_options& o) {
  if (!o.event_sink) {
    return fmt::format("Configuring in-memory store with {{'max_length': {}}}", o.events_max);
  }
  const sink::sink_options& s = *o.event_sink;
  if (s.kind != sink::kind::syslog || s.over != sink::transport::udp) return {};
  std::string server = s.peers.front().host;
  for (char& c : server) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return fmt::format("Configuring syslog-udp store with {{'port': {}, 'server': '{}'}}",
                     s.peers.front().port, server);
}

/// As read_setup, with the exit code of a bad event store, and nothing but marathon-logger's text
/// for an unknown one.
serve_errors store_errors(const marathon_flags& own, serve_errors errors) {
  errors.exit_code = base::exit_event_store;
  if (!own.unknown_store.empty()) {
    errors.lines = {own.unknown_store};
    errors.complete_lines = true;
  }
  return errors;
}

/// Whether the command line itself says --events-listen, and one of -p and -i.
bool listens_twice(std::span<const std::string> arguments, const environment& variables) {
  serve_options said = marathon_defaults();
  marathon_flags own;
  if (parse(marathon_command(said, own, variables), arguments, {})) return false;
  return own.listen_given && !said.events_listen.empty();
}

serve_errors refuse_usage(std::string line) {
  return {base::exit_usage, {std::move(line)}, false, {}};
}

}  // namespace

serve_options marathon_defaults() {
  serve_options out;
  out.command_name = "marathon";
  out.publish_listen.clear();
  out.subscribe_listen.clear();
  return out;
}

command marathon_command(serve_options& o, marathon_flags& own, const environment& variables) {
  command c = serve_command(o, variables);
  flag url = taken_flag(c.flags, "marathon-url");
  url.letter = 'm';
  url.help += "; required";
  flag callback = taken_flag(c.flags, "callback-url");
  callback.letter = 'c';
  callback.help =
      "where Marathon (up to 1.4) shall post them, as in\nhttp://HOST:5000/events; without it "
      "Marathon's event\nstream is read";
  flag store = taken_flag(c.flags, "event-store");
  store.letter = 'e';
  store.set = set_store(own, std::move(store.set));
  flag port{"port", 'p', "PORT", "5000", "port for events; 0 picks a free one", false,
            set_port(own), nullptr, true};
  flag ip{"ip", 'i', "ADDRESS", "0.0.0.0", "address that this port is open on", false, set_ip(own),
          nullptr, true};
  flag listen = taken_flag(c.flags, "events-listen");
  listen.help = "both in one, in place of them";
  flag publish = taken_flag(c.flags, "publish-listen");
  publish.help = "where publishers connect; without it nowhere";
  publish.set = set_text(o.publish_listen);
  flag subscribe = taken_flag(c.flags, "subscribe-listen");
  subscribe.help = "where subscribers connect (HTTP); without it nowhere";
  subscribe.set = set_text(o.subscribe_listen);
  c.flags.insert(c.flags.begin(), {std::move(url), std::move(callback), std::move(store),
                                   std::move(port), std::move(ip), std::move(listen),
                                   std::move(publish), std::move(subscribe)});
  c.name = "marathon";
  c.brief = "take Marathon's events (also when it is -m, -c, -e, -p or -i)";
  c.summary = "Takes Marathon's events, with marathon-logger's flags and all of logio serve's.";
  c.usage = "-m URL [-c URL] [-e URL] [-p PORT] [-i ADDRESS] [FLAG]...";
  c.examples =
      "  logio marathon -m http://marathon:8080 -c http://me:5000/events\n"
      "  curl -s http://me:5000/events\n"
      "  logio marathon -m 'https://m1,m2?token_file=/run/secrets/m' --subscribe-listen :7702\n";
  c.notes =
      "It registers the callback with Marathon, and takes it back when it ends; without one it\n"
      "reads Marathon's event stream. The port of -p has /events and /healthz only; the hub's\n"
      "other ports are open if they are given. -p and -i have no variable, since Kubernetes sets\n"
      "LOGIO_PORT where a service has the name logio; --events-listen says both, and has one.\n" +
      c.notes + "A bad event store ends with 1, as with marathon-logger.\n";
  return c;
}

read_setup read_marathon(std::span<const std::string> arguments, const environment& env) {
  marathon_flags own;
  const auto table = [&](serve_options& to) { return marathon_command(to, own, env); };
  auto read = read_places(table, marathon_defaults(), arguments, env);
  if (!read && own.store_is_bad) return store_errors(own, std::move(read.error()));
  if (!read) return std::move(read.error());
  if (listens_twice(arguments, env)) {
    return refuse_usage("--events-listen says where events come in, and so do -p and -i; give one "
                        "or the other");
  }
  serve_options& o = read->setup.options;
  if (o.marathon.nodes.empty() && read->wrong.empty()) {
    return refuse_usage("argument -m/--marathon-url is required");
  }
  if (own.listen_given || o.events_listen.empty()) {
    o.events_listen = to_string(host_port{own.ip, static_cast<std::uint16_t>(own.port)});
  }
  o.store_greeting = greeting_of(o);
  auto setup = checked(std::move(*read), arguments);
  if (!setup && own.store_is_bad) return store_errors(own, std::move(setup.error()));
  return setup;
}

}  // namespace logio::config
