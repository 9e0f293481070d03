#include "logio/config/serve_options.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "callback_url.hpp"
#include "setters.hpp"
#include "logio/base/quantity.hpp"
#include "logio/config/marathon_url.hpp"
#include "logio/config/sink_url.hpp"

namespace logio::config {
namespace {

using std::chrono::milliseconds;

flag size_flag(std::string name, std::uint64_t& to, std::uint64_t least, std::uint64_t most,
               std::string help) {
  return {std::move(name), 0, "SIZE", base::format_size(to), std::move(help), false,
          set_size(to, least, most)};
}

flag count_flag(std::string name, std::uint64_t& to, std::uint64_t least, std::uint64_t most,
                std::string shown_default, std::string help) {
  return {std::move(name), 0, "N", std::move(shown_default), std::move(help), false,
          set_count(to, least, most)};
}

flag duration_flag(std::string name, milliseconds& to, milliseconds least, std::string help) {
  return {std::move(name), 0, "TIME", base::format_duration(to), std::move(help), false,
          set_duration(to, least)};
}

flag choice_flag(std::string name, std::string values, std::string shown_default, std::string help,
                 std::function<bool(std::string_view)> choose) {
  return {std::move(name), 0, values, std::move(shown_default), std::move(help), false,
          set_choice(values, std::move(choose))};
}

void add_limits(std::vector<flag>& flags, serve_options& o) {
  constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
  flags.push_back(size_flag("ring-bytes", o.ring_bytes, mib, 64 * gib,
                            "memory for the newest records"));
  flags.push_back(size_flag("line-bytes-max", o.line_bytes_max, 256, 16 * mib,
                            "longer lines are cut and marked [cut: N bytes]"));
  flags.push_back(size_flag("subscriber-queue-bytes", o.subscriber_queue_bytes, 64 * kib, gib,
                            "what may wait for one slow subscriber; then it\n"
                            "loses the oldest, and is told how many"));
  flags.push_back(size_flag("queues-bytes-total", o.queues_bytes_total, mib, no_limit,
                            "what may wait for all subscribers together"));
  flags.push_back(size_flag("input-bytes-total", o.input_bytes_total, mib, no_limit,
                            "unfinished records and request heads\n"
                            "of all clients together"));
  flags.push_back(size_flag("body-bytes-max", o.body_bytes_max, kib, no_limit,
                            "longest body of a POST, as sent and as unpacked"));
  flags.push_back(count_flag("topics-max", o.topics_max, 1, 10'000'000, "100000",
                             "topics (app, proc, host) alive at a time"));
  flags.push_back(count_flag("connections-max", o.connections_max, 1, 10'000'000, "65536",
                             "publishers and subscribers together"));
  flags.push_back(size_flag("pattern-bytes-max", o.pattern_bytes_max, 1, mib,
                            "longest pattern of a subscriber"));
}

void add_times(std::vector<flag>& flags, serve_options& o) {
  flags.push_back(duration_flag("stuck-timeout", o.stuck_timeout, milliseconds(100),
                                "a subscriber that acknowledges nothing for so\n"
                                "long, while something waits for it, is closed"));
  flags.push_back(duration_flag("grace", o.grace, milliseconds(0),
                                "time to send what is queued after SIGTERM"));
  flags.push_back(duration_flag("first-byte-timeout", o.first_byte_timeout, milliseconds(100),
                                "a connection without a first byte or without a\n"
                                "whole request, and a POST that pauses so long, is\n"
                                "closed"));
}

void add_journal(std::vector<flag>& flags, serve_options& o) {
  constexpr std::uint64_t mib = std::uint64_t{1} << 20;
  flags.push_back({"data-dir", 0, "DIR", "",
                   "keep the log on disk here; without it the log is as\nlong as --ring-bytes",
                   false, set_text(o.data_dir)});
  flags.push_back(choice_flag("fsync", "never|interval|always", "interval",
                              "what an acknowledged record survives: the hub's\n"
                              "end (never) or the machine's (synced each\n"
                              "--fsync-interval, or always after each write)",
                              [&o](std::string_view v) {
                                const auto policy = journal::parse_fsync_policy(v);
                                if (policy) o.fsync = *policy;
                                return policy.has_value();
                              }));
  flags.push_back(duration_flag("fsync-interval", o.fsync_interval, milliseconds(1),
                                "time between two syncs"));
  flags.push_back(choice_flag("segment-compression", "none|zstd", "none",
                              "compress what is older in the journal, in the\n"
                              "background; it is read as before",
                              [&o](std::string_view v) {
                                const auto how = journal::parse_segment_compression(v);
                                if (how) o.segment_compression = *how;
                                return how.has_value();
                              }));
  flags.push_back(size_flag("journal-bytes-max", o.journal_bytes_max, 4 * mib, no_limit,
                            "the oldest part of the journal goes when it is\nlonger"));
  flags.push_back(duration_flag("journal-age-max", o.journal_age_max, milliseconds(1000),
                                "and when it is older"));
  flags.push_back(size_flag("disk-free-min", o.disk_free_min, 0, no_limit,
                            "and when less than this of its disk is free"));
  flags.push_back(choice_flag("on-disk-stall", "wait|shed", "wait",
                              "when the disk cannot keep up or is full: publishers\n"
                              "wait, or go on while the journal leaves out what\n"
                              "it cannot write, and counts it",
                              [&o](std::string_view v) {
                                o.shed_on_disk_stall = v == "shed";
                                return v == "wait" || v == "shed";
                              }));
}

flag sink_flag(serve_options& o, const environment& variables) {
  flag f{"sink", 0, "URL", "",
         "where records go on to, as in\nsyslog+tcp://host:514?app=shop; repeated: to all", true,
         {}};
  f.set = [&o, variables](std::string_view value) -> std::optional<std::string> {
    auto made = parse_sink_url(value, variables);
    if (!made) return joined(made.error());
    o.sinks.push_back(std::move(*made));
    return std::nullopt;
  };
  f.shown = shown_sink_url;
  return f;
}

/// marathon-logger's stores: memory of whatever host, and its datagram where syslog is told nothing
/// else.
std::optional<std::string> set_event_store(serve_options& o, const environment& variables,
                                           std::string_view value) {
  constexpr std::string_view memory = "in-memory://";
  std::string local;
  if (value.starts_with(memory)) {
    const std::size_t end = std::min(value.find_first_of("/?", memory.size()), value.size());
    local = std::string(memory) + "localhost" + std::string(value.substr(end));
    value = local;
  }
  std::vector<sink_setting> settings;
  const bool plain = value.starts_with("syslog:") && value.find("?format=") == value.npos &&
                     value.find("&format=") == value.npos;
  if (plain) settings.push_back({"format", "marathon-logger"});
  auto made = parse_sink_url(value, variables, settings);
  if (!made) return joined(made.error());
  o.event_store = made->shown_url;
  if (made->kind == sink::kind::in_memory) {
    o.events_max = made->max_length;
    o.event_sink.reset();
    return std::nullopt;
  }
  o.events_max = 0;
  if (made->name.empty()) made->name = "event-store";
  if (made->selection.proc.empty()) made->selection.proc = {"marathon"};
  o.event_sink = std::move(*made);
  return std::nullopt;
}

flag event_store_flag(serve_options& o, const environment& variables) {
  flag f{"event-store", 0, "URL", o.event_store,
         "where Marathon's events are kept: in memory, with\n?max_length=N of them (100), or any "
         "sink; in syslog:\nas marathon-logger wrote them",
         false, {}};
  f.set = [&o, variables](std::string_view value) {
    return set_event_store(o, variables, value);
  };
  f.shown = shown_sink_url;
  return f;
}

flag listen_flag(std::string name, std::string& to, std::string help) {
  flag f{std::move(name), 0, "ADDRESS", to, std::move(help), false, {}};
  f.set = [&to](std::string_view value) -> std::optional<std::string> {
    if (value.empty()) return "is no address: write :PORT, HOST:PORT or [IPV6]:PORT";
    to = value;
    return std::nullopt;
  };
  return f;
}

void add_marathon(std::vector<flag>& flags, serve_options& o, const environment& variables) {
  flag url{"marathon-url", 0, "URL", "",
           "Marathon, whose events become records, as in\nhttp://m1:8080,m2:8080 for a cluster",
           false, {}};
  url.set = [&o, variables](std::string_view value) -> std::optional<std::string> {
    auto made = parse_marathon_url(value, variables);
    if (!made) return made.error().why;
    made->callback_url = std::move(o.marathon.callback_url);
    o.marathon = std::move(*made);
    return std::nullopt;
  };
  url.shown = shown_marathon_url;
  flags.push_back(std::move(url));
  flag callback{"callback-url", 0, "URL", "",
                "where Marathon (up to 1.4) shall post them, as in\nhttp://HOST:7702/events; "
                "without it Marathon's event\nstream is read",
                false, {}};
  callback.set = [&o, variables](std::string_view value) -> std::optional<std::string> {
    auto made = parse_callback_url(value, variables);
    if (!made) return made.error().why;
    o.marathon.callback_url = std::move(*made);
    return std::nullopt;
  };
  callback.shown = shown_callback_url;
  flags.push_back(std::move(callback));
}

}  // namespace

command serve_command(serve_options& o, const environment& variables) {
  command c;
  c.name = "serve";
  c.brief = "run a hub (also when the first word is a flag)";
  c.summary = "Runs a hub: applications publish to it, anyone streams from it.";
  c.usage = "[FLAG]...";
  c.examples =
      "  logio serve\n"
      "  curl -N 'http://localhost:7702?app=shop&proc=web|worker'\n"
      "  LOGIO_URL='logio://localhost:7701?app=shop&proc=web' ./my-app\n";
  c.environment = true;
  c.flags.push_back(listen_flag(
      "publish-listen", o.publish_listen,
      "where publishers connect; :PORT is every address,\nport 0 picks a free one"));
  c.flags.push_back(listen_flag("subscribe-listen", o.subscribe_listen,
                                "where subscribers connect (HTTP)"));
  c.flags.push_back(count_flag("io-threads", o.io_threads, 1, 64, "one per CPU",
                               "threads that move records"));
  c.flags.push_back(choice_flag("match", "whole|partial", "whole",
                                "how app, proc and host patterns meet a value\n"
                                "where a query does not say match=",
                                [&o](std::string_view v) {
                                  o.match_partial = v == "partial";
                                  return v == "whole" || v == "partial";
                                }));
  add_limits(c.flags, o);
  add_times(c.flags, o);
  add_journal(c.flags, o);
  c.flags.push_back(sink_flag(o, variables));
  add_marathon(c.flags, o, variables);
  c.flags.push_back(event_store_flag(o, variables));
  c.flags.push_back({"events-listen", 0, "ADDRESS", "",
                     "one more port, with /events and /healthz only",
                     false, set_text(o.events_listen)});
  c.flags.push_back({"cors-origin", 0, "ORIGIN", "",
                     "web pages of this origin may read streams; * for all", false,
                     set_text(o.cors_origin)});
  c.flags.push_back(choice_flag("log-level", "error|warn|info|debug", "info",
                                "what the hub's own log on stderr tells",
                                [&o](std::string_view v) {
                                  const auto level = base::parse_log_level(v);
                                  if (level) o.log.level = *level;
                                  return level.has_value();
                                }));
  c.flags.push_back(choice_flag("log-format", "text|json", "text", "its form",
                                [&o](std::string_view v) {
                                  const auto format = base::parse_log_format(v);
                                  if (format) o.log.format = *format;
                                  return format.has_value();
                                }));
  c.flags.push_back({"config", 0, "FILE", "",
                     "a TOML file with flags as keys (ring_bytes) and a\n[[sink]] for each sink; "
                     "logio check FILE checks it",
                     false, set_text(o.config_file)});
  c.notes =
      "A flag beats the environment, which beats the file; sinks of all three are run.\n"
      "Ready, it prints one line for each port. SIGTERM or SIGINT: takes no new connection, sends\n"
      "what is queued, ends within --grace with 0; a second signal ends it at once.\n"
      "Exit codes: 0 ok, 64 usage, 69 a port or the data directory is in use, 73 no memory for\n"
      "the ring or the data directory cannot be used, 78 a bad file or variable, or values that\n"
      "do not go together.\n";
  return c;
}

}  // namespace logio::config
