#include "logio/config/ship_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "logio/base/exit_code.hpp"
#include "logio/config/output_options.hpp"
#include "logio/config/sink_url.hpp"
#include "masked_url.hpp"
#include "setters.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

using refusal = std::optional<usage_error>;

usage_error refuse(const std::string& message) {
  return {base::exit_usage, "logio ship: " + message};
}

usage_error bad_from(std::string_view url, std::string_view why) {
  return refuse(fmt::format("--from: '{}' {}", shown_sink_url(url), why));
}

refusal read_hub(std::string_view url, ship_options& out) {
  const std::size_t question = std::min(url.find('?'), url.size());
  auto hub = parse_hub_url(url.substr(0, question));
  if (!hub) return bad_from(url, hub.error().why);
  ship_from_hub from;
  from.hub = std::move(*hub);
  from.query = std::string(url.substr(std::min(question + 1, url.size())));
  constexpr std::array<std::string_view, 6> ours{"format", "follow", "after",
                                                 "tail",   "since",  "until"};
  for (std::string_view rest = from.query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, std::min(rest.find('&'), rest.size()));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::string_view name = pair.substr(0, std::min(pair.find('='), pair.size()));
    if (std::find(ours.begin(), ours.end(), name) == ours.end()) continue;
    return bad_from(url, fmt::format("has {}=, which ship decides itself; see --since, --until, "
                                     "--no-follow", name));
  }
  out.from = std::move(from);
  return std::nullopt;
}

/// What a consumer has no use for.
bool is_for_consumers(std::string_view name) {
  constexpr std::array<std::string_view, 9> names{"user",      "password", "password_file",
                                                  "ca_file",   "cert_file", "key_file",
                                                  "tls_verify", "timeout",  "sasl_mechanism"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

refusal read_kafka(std::string_view url, const environment& env, ship_options& out) {
  ship_from_kafka from;
  const std::size_t question = std::min(url.find('?'), url.size());
  std::string left(url.substr(0, question));
  char before = '?';
  for (std::string_view rest = url.substr(std::min(question + 1, url.size())); !rest.empty();) {
    const std::string_view pair = rest.substr(0, std::min(rest.find('&'), rest.size()));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    const auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (name == "group" && value) {
      from.group = *value;
    } else if (name == "start" && value && (*value == "earliest" || *value == "latest")) {
      from.latest = *value == "latest";
    } else if (name == "start") {
      return bad_from(url, "has a bad start: it is earliest or latest");
    } else if (!is_for_consumers(name)) {
      return bad_from(url, fmt::format("has the option '{}', which is not for reading; there are "
                                       "group, start, user, password_file, ca_file, cert_file, "
                                       "key_file, tls_verify, sasl_mechanism, timeout",
                                       one_line(name)));
    } else {
      left += std::exchange(before, '&');
      left += pair;
    }
  }
  auto cluster = parse_sink_url(left, env);
  if (!cluster) return bad_from(url, joined(cluster.error()));
  if (from.group.empty()) {
    return bad_from(url, "has no group=NAME: by it Kafka remembers what was shipped");
  }
  if (cluster->path.find('%') != std::string::npos) {
    return bad_from(url, "names a topic with a template; to read, name one topic");
  }
  from.cluster = std::move(*cluster);
  out.from = std::move(from);
  return std::nullopt;
}

refusal read_from(const ship_flags& flags, const environment& env, ship_options& out) {
  const std::string_view url = flags.from;
  const std::size_t scheme = url.find("://");
  out.shown_from = scheme == url.npos ? flags.from : shown_sink_url(url);
  if (url.empty()) return refuse("--from: which input? -, a journal's directory, http:// or "
                                 "kafka://");
  if (url == "-") {
    ship_from_stream from;
    if (flags.format == "ndjson") from.form = ship_from_stream::format::ndjson;
    out.from = from;
    out.shown_from = "standard input";
  } else if (url.starts_with("http://") || url.starts_with("https://")) {
    return read_hub(url, out);
  } else if (url.starts_with("kafka://") || url.starts_with("kafka+tls://")) {
    return read_kafka(url, env, out);
  } else if (scheme != url.npos) {
    return bad_from(url, "has an unknown scheme; read from -, a journal's directory, "
                         "http://HUB:7702 or kafka://BROKER/TOPIC?group=NAME");
  } else {
    out.from = ship_from_journal{flags.from};
  }
  return std::nullopt;
}

refusal read_sink(const ship_flags& flags, const environment& env, ship_options& out) {
  if (flags.sink.empty()) {
    return refuse("where to? Give a sink's URL, as in gelf+tcp://graylog:12201; see logio ship "
                  "--help");
  }
  auto sink = parse_sink_url(flags.sink, env);
  const std::string shown = shown_sink_url(flags.sink);
  if (!sink) return refuse(fmt::format("'{}' {}", shown, joined(sink.error())));
  if (sink->kind == sink::kind::in_memory) {
    return refuse(fmt::format("'{}' is a hub's own memory; ship to a file or a server", shown));
  }
  if (sink->on_full) {
    return refuse(fmt::format("'{}' has on_full, which is for hubs: ship waits for its sink",
                              shown));
  }
  out.sink = std::move(*sink);
  name_sinks(std::span(&out.sink, 1));
  return std::nullopt;
}

/// Flags that the input has no use for.
refusal check_flags(const ship_flags& flags, const ship_options& out) {
  const auto only = [](std::string_view flag, std::string_view what) {
    return refuse(fmt::format("{} is for {}", flag, what));
  };
  const bool stream = std::holds_alternative<ship_from_stream>(out.from);
  const bool kafka = std::holds_alternative<ship_from_kafka>(out.from);
  if (!flags.format.empty() && !stream) return only("--format", "standard input");
  if ((!flags.since.empty() || !flags.until.empty()) && (stream || kafka)) {
    return only(flags.since.empty() ? "--until" : "--since", "a journal or a hub");
  }
  if ((flags.app || flags.proc || flags.host) && !stream && !kafka) {
    return only(flags.app ? "--app" : flags.proc ? "--proc" : "--host",
                "standard input and Kafka: records of a hub have theirs. To choose records, write "
                "?app=PATTERN behind the sink's URL");
  }
  if (flags.resend && flags.state.empty()) return only("--resend", "--state DIR");
  const auto* const from = std::get_if<ship_from_stream>(&out.from);
  if (from != nullptr && from->form == ship_from_stream::format::text && out.app.empty()) {
    return refuse("which application is it? Give -a NAME");
  }
  return std::nullopt;
}

}  // namespace

command ship_command(ship_flags& f) {
  command c;
  c.name = "ship";
  c.brief = "move records into a sink";
  c.summary = "Moves records into a sink: of standard input, a journal, a hub or Kafka.";
  c.usage = "[FLAG]... SINK_URL";
  c.examples =
      "  zcat old.log.gz | logio ship -a nginx 'elasticsearch://es:9200/logs-%Y.%m'\n"
      "  logio ship --from /data --since 2h --state ./ship 'file:///backup/{app}.log'\n"
      "  logio ship --from 'http://hub:7702?app=shop' --state ./ship syslog+tcp://loghost:514\n"
      "  logio ship --from 'kafka://k1,k2/application_log?group=graylog' --state ./ship \\\n"
      "    'gelf+tcp://graylog:12201?rate_records=5000'\n";
  c.operand = set_text(f.sink);
  c.flags = {
      {"from", 0, "-|DIR|URL", "-",
       "standard input; a journal's directory or file; http://HUB?QUERY;\n"
       "kafka://BROKER/TOPIC?group=NAME[&start=latest]",
       false, set_text(f.from),
       [](std::string_view url) { return shown_sink_url(url); }},
      {"format", 0, "text|ndjson", "text", "of standard input: a record a line, or an object",
       false,
       [&f](std::string_view value) -> std::optional<std::string> {
         if (value != "text" && value != "ndjson") return "is none of text|ndjson";
         f.format = value;
         return std::nullopt;
       }},
      {"app", 'a', "NAME", "", "of records that name none; for Kafka else the topic", false,
       set_optional(f.app)},
      {"proc", 'p', "NAME", "", "the same for the process", false, set_optional(f.proc)},
      {"host", 0, "NAME", "this host", "the same for the host", false, set_optional(f.host)},
      {"state", 0, "DIR", "", "remembers there what was delivered, and keeps dead letters", false,
       set_text(f.state)},
      since_flag(f.since, "what arrived then or later: RFC 3339, or an age (2h); of a hub else "
                          "what is new"),
      {"until", 0, "TIME", "", "what arrived before", false, set_text(f.until)},
      {"no-follow", 0, "", "", "end where a hub or Kafka has nothing more now", false,
       set_switch(f.no_follow)},
      {"resend", 0, "", "", "first the dead letters of --state once more", false,
       set_switch(f.resend)},
  };
  c.notes =
      "Options of the sink stand behind its URL as in `logio serve --sink`: which records\n"
      "(app, log, severity), how fast (rate_records, rate_bytes), format, TLS. What the sink\n"
      "does not take now is tried again until it does, and reading waits.\n"
      "With --state a journal and a hub go on behind the last record that was delivered; Kafka\n"
      "remembers its groups' offsets itself, which are committed behind what was delivered.\n"
      "Exit codes: 0 all is delivered, or it was told to end and can go on; 64 usage; 69 the\n"
      "input cannot be read or is damaged, records were refused, or are not delivered.\n";
  return c;
}

complete_options<ship_options> complete(const ship_flags& flags, const environment& env,
                                        const std::string& local_host) {
  ship_options out;
  if (auto wrong = read_sink(flags, env, out)) return *wrong;
  if (auto wrong = read_from(flags, env, out)) return *wrong;
  out.app = flags.app.value_or("");
  out.proc = flags.proc.value_or("");
  const auto* const kafka = std::get_if<ship_from_kafka>(&out.from);
  // What comes through Kafka was hardly written here.
  out.host = flags.host.value_or(kafka != nullptr ? std::string() : local_host);
  if (kafka != nullptr && out.app.empty()) out.app = kafka->cluster.path;
  out.state = flags.state;
  out.since = flags.since;
  out.until = flags.until;
  out.follow = !flags.no_follow;
  out.resend = flags.resend;
  if (auto wrong = check_flags(flags, out)) return *wrong;
  return out;
}

}  // namespace logio::config
