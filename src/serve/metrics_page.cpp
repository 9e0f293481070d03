#include "metrics_page.hpp"

#include <fmt/core.h>

#include <array>
#include <string>
#include <utility>

#include "logio/hub/ring_state.hpp"
#include "logio/serve/formats.hpp"
#include "logio/serve/response.hpp"
#include "logio/wire/publish_error.hpp"
#include "metric_text.hpp"

namespace logio::serve {
namespace {

using hub::shard_counters;

constexpr std::string_view as_counter = "counter";
constexpr std::string_view as_gauge = "gauge";

/// The sum over all threads of what `get` gives for one.
template <class Get>
std::uint64_t sum(hub::hub& h, Get&& get) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < h.shard_count(); ++i) total += get(h.at(i).counters());
  return total;
}

template <class Counter>
std::uint64_t sum(hub::hub& h, Counter shard_counters::*member) {
  return sum(h, [&](const shard_counters& c) { return (c.*member).get(); });
}

template <class Counters>
std::uint64_t sum(hub::hub& h, Counters shard_counters::*member, std::size_t index) {
  return sum(h, [&](const shard_counters& c) { return (c.*member)[index].get(); });
}

/// Each code of a refusal; those up to too_long can be a record's, and are shown also while 0.
template <class Visit>
void for_each_refusal(Visit&& visit) {
  for (std::size_t i = 1; i < wire::publish_error_count; ++i) {
    visit(i, wire::code(static_cast<wire::publish_error>(i)));
  }
}

void append_received(metric_text& out, hub::hub& h) {
  // received_… counts both inputs, received_…_http what of it came by HTTP.
  const std::uint64_t http_records = sum(h, &shard_counters::received_records_http);
  const std::uint64_t http_bytes = sum(h, &shard_counters::received_bytes_http);
  out.family("logio_records_received_total", as_counter, "Records taken into the log.");
  out.sample({{"input", "tcp"}}, sum(h, &shard_counters::received_records) - http_records);
  out.sample({{"input", "http"}}, http_records);
  out.family("logio_bytes_received_total", as_counter, "Bytes of their texts.");
  out.sample({{"input", "tcp"}}, sum(h, &shard_counters::received_bytes) - http_bytes);
  out.sample({{"input", "http"}}, http_bytes);

  out.family("logio_records_refused_total", as_counter,
             "Records that were not taken, by the code that their publisher was told.");
  const auto refused = [&](std::string_view input, hub::refusal_counters shard_counters::*by_code) {
    for_each_refusal([&](std::size_t code, std::string_view name) {
      const std::uint64_t n = sum(h, by_code, code);
      const bool usual = code <= static_cast<std::size_t>(wire::publish_error::too_long);
      if (usual || n != 0) out.sample({{"input", input}, {"reason", name}}, n);
    });
  };
  refused("tcp", &shard_counters::refused_records_by_code);
  refused("http", &shard_counters::refused_records_http_by_code);

  out.single("logio_posts_refused_total", as_counter,
             "Publishing requests over HTTP that were answered with an error.",
             sum(h, &shard_counters::refused_posts));
  out.family("logio_publishers_refused_total", as_counter,
             "Publishers' connections that were closed with a reason.");
  for_each_refusal([&](std::size_t code, std::string_view name) {
    const auto error = static_cast<wire::publish_error>(code);
    if (error == wire::publish_error::shutting_down) return;
    std::uint64_t n = sum(h, &shard_counters::refused_publishers_by_code, code);
    if (error == wire::publish_error::too_many_connections) n += h.turned_away();
    out.sample({{"reason", name}}, n);
  });
  out.single("logio_duplicate_records_total", as_counter,
             "Records skipped because the hub had them from the same client.",
             sum(h, &shard_counters::duplicate_records));
}

void append_answers(metric_text& out, hub::hub& h, std::uint64_t turned_away) {
  out.family("logio_http_requests_total", as_counter,
             "HTTP requests by the status that they were answered with; a stream when it begins.");
  for (const unsigned status : answer_statuses) {
    std::uint64_t n = sum(h, &shard_counters::http_answers, answer_status_index(status));
    if (status == 503) n += turned_away;
    out.sample({{"code", std::to_string(status)}}, n);
  }
}

void append_sent(metric_text& out, hub::hub& h) {
  out.family("logio_records_sent_total", as_counter, "Records sent to subscribers, by format.");
  for (const stream_format f : stream_formats) {
    out.sample({{"output", to_string(f)}},
               sum(h, &shard_counters::sent_records_by_format, static_cast<std::size_t>(f)));
  }
  out.family("logio_bytes_sent_total", as_counter, "Bytes of what subscribers were sent.");
  for (const stream_format f : stream_formats) {
    out.sample({{"output", to_string(f)}},
               sum(h, &shard_counters::sent_bytes_by_format, static_cast<std::size_t>(f)));
  }
}

/// The sum over all sinks.
std::uint64_t sum(const std::vector<sink_row>& sinks, std::uint64_t sink_row::*member) {
  std::uint64_t total = 0;
  for (const sink_row& sink : sinks) total += sink.*member;
  return total;
}

void append_lost(metric_text& out, hub::hub& h, const server_facts& facts) {
  out.family("logio_records_dropped_total", as_counter,
             "Records meant for a reader that it was not sent.");
  out.sample({{"stage", "subscriber"}, {"reason", "slow_subscriber"}},
             sum(h, &shard_counters::dropped_records));
  out.sample({{"stage", "subscriber"}, {"reason", "closed"}},
             sum(h, &shard_counters::discarded_records));
  if (facts.journal) {
    out.sample({{"stage", "journal"}, {"reason", "disk_stalled"}},
               facts.journal->left_out_records);
  }
  if (!facts.sinks.empty()) {
    out.sample({{"stage", "sink"}, {"reason", "queue_full"}},
               sum(facts.sinks, &sink_row::dropped_records));
  }

  constexpr std::array<std::pair<hub::missed_reason, std::string_view>, hub::missed_reason_count>
      reasons = {{{hub::missed_reason::retention, "retention"},
                  {hub::missed_reason::overtaken, "overtaken"},
                  {hub::missed_reason::damaged, "damaged"},
                  {hub::missed_reason::over_budget, "over_budget"},
                  {hub::missed_reason::scan_limit, "scan_limit"},
                  {hub::missed_reason::left_out, "left_out"}}};
  out.family("logio_records_missed_total", as_counter,
             "Records that a reader was never shown, whether or not they were meant for it.");
  for (const auto& [reason, name] : reasons) {
    out.sample({{"stage", "subscriber"}, {"reason", name}},
               sum(h, &shard_counters::missed_records, static_cast<std::size_t>(reason)));
  }
  if (!facts.sinks.empty()) {
    out.sample({{"stage", "sink"}, {"reason", "overtaken"}},
               sum(facts.sinks, &sink_row::missed_records));
  }
  out.single("logio_stuck_subscribers_total", as_counter,
             "Subscribers closed because they acknowledged nothing for too long.",
             sum(h, &shard_counters::stuck_subscribers));
}

void append_state(metric_text& out, hub::hub& h) {
  out.family("logio_connections", as_gauge, "Open connections; http are requests under way.");
  out.sample({{"kind", "publisher"}}, sum(h, &shard_counters::publishers));
  out.sample({{"kind", "subscriber"}}, sum(h, &shard_counters::subscribers));
  out.sample({{"kind", "http"}}, sum(h, &shard_counters::http_sessions));
  out.single("logio_topics", as_gauge, "Topics that the hub knows.", h.topics().size());
  out.single("logio_topics_retired_total", as_counter, "Topics forgotten after they fell silent.",
             h.topics().retired());
  const hub::ring_state ring = hub::look_at_ring(h.ring());
  const auto& shape = h.ring().shape();
  out.single("logio_ring_bytes", as_gauge, "Memory for the newest records.",
             shape.chunk_bytes * shape.chunks);
  out.single("logio_ring_used_bytes", as_gauge, "What of it holds records.", ring.used_bytes);
  std::uint64_t queued = 0;
  for (std::size_t i = 0; i < h.shard_count(); ++i) queued += h.at(i).dispatch().queued_bytes();
  out.single("logio_queued_bytes", as_gauge, "Memory of what waits for subscribers.", queued);
  out.single("logio_queued_bytes_max", as_gauge,
             "What may wait for all of them together; then whoever holds the most loses records.",
             h.options().queues_bytes_total);
}

/// `counts(range)` is how many are in one range.
template <class Counts>
void append_histogram(metric_text& out, std::string_view name, std::string_view help,
                      Counts counts, double seconds) {
  using histogram = hub::latency_histogram;
  out.family(name, "histogram", help);
  std::uint64_t below = 0;
  for (std::size_t range = 0; range < histogram::ranges; ++range) {
    below += counts(range);
    const std::string bound =
        range == histogram::bounds_us.size()
            ? std::string("+Inf")
            : fmt::format("{}", static_cast<double>(histogram::bounds_us[range]) / 1e6);
    out.sample("_bucket", {{"le", bound}}, static_cast<double>(below));
  }
  out.sample("_sum", {}, seconds);
  out.sample("_count", {}, static_cast<double>(below));
}

void append_latency(metric_text& out, hub::hub& h) {
  double seconds = 0;
  for (std::size_t i = 0; i < h.shard_count(); ++i) {
    seconds += h.at(i).counters().publish_to_send.sum_seconds();
  }
  append_histogram(
      out, "logio_publish_to_send_seconds",
      "From a record's arrival to the end of the write that sent it to a subscriber.",
      [&](std::size_t range) {
        return sum(h, [&](const shard_counters& c) { return c.publish_to_send.count(range); });
      },
      seconds);
}

void append_journal(metric_text& out, const journal_status& journal) {
  out.single("logio_journal_bytes", as_gauge, "What the journal's files hold.", journal.bytes);
  out.single("logio_journal_disk_free_bytes", as_gauge, "What is free on its disk.",
             journal.disk_free_bytes);
  out.single("logio_journal_stalled", as_gauge, "1 while the disk takes nothing.",
             journal.stalled_because.empty() ? 0 : 1);
  const auto append = [&](std::string_view name, std::string_view help,
                          const hub::latency_histogram* times) {
    if (times == nullptr) return;
    append_histogram(
        out, name, help, [&](std::size_t range) { return times->count(range); },
        times->sum_seconds());
  };
  append("logio_journal_write_seconds", "How long the disk took for each write.", journal.writes);
  append("logio_journal_sync_seconds", "How long it took for each sync.", journal.syncs);
}

void append_sinks(metric_text& out, const std::vector<sink_row>& sinks) {
  if (sinks.empty()) return;
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help,
                          auto number) {
    out.family(name, type, help);
    for (const sink_row& sink : sinks) out.sample({{"sink", sink.name}}, number(sink));
  };
  const auto numbers = [&](std::string_view name, std::string_view type, std::string_view help,
                           std::uint64_t sink_row::*member) {
    family(name, type, help, [&](const sink_row& sink) { return sink.*member; });
  };
  family("logio_sink_up", as_gauge, "1 while the sink's peer takes what it is sent.",
         [](const sink_row& sink) { return std::uint64_t{sink.state == "up"}; });
  numbers("logio_sink_lag_records", as_gauge, "Records that wait for the sink.",
          &sink_row::lag_records);
  numbers("logio_sink_lag_bytes", as_gauge, "What they take.", &sink_row::lag_bytes);
  family("logio_sink_lag_seconds", as_gauge, "How long the oldest of them has waited.",
         [](const sink_row& sink) { return sink.lag_seconds; });
  numbers("logio_sink_matched_total", as_counter, "Records meant for the sink.",
          &sink_row::matched_records);
  numbers("logio_sink_sent_total", as_counter, "Records that it delivered.",
          &sink_row::sent_records);
  numbers("logio_sink_sent_bytes_total", as_counter, "Bytes that it delivered.",
          &sink_row::sent_bytes);
  numbers("logio_sink_retries_total", as_counter, "Requests that it made once more.",
          &sink_row::retried_requests);
  numbers("logio_sink_dead_total", as_counter, "Records that its peer refused for good.",
          &sink_row::dead_records);
  numbers("logio_sink_dead_kept", as_gauge, "What of those /v1/sinks/NAME/dead shows now.",
          &sink_row::dead_kept);
  numbers("logio_sink_dead_lost_total", as_counter,
          "Records that its peer refused and that were too many to be kept.", &sink_row::dead_lost);
  numbers("logio_sink_resent_total", as_counter, "Dead letters that it delivered after all.",
          &sink_row::resent_records);
  numbers("logio_sink_dropped_total", as_counter,
          "Records meant for it and left out because its queue was full.",
          &sink_row::dropped_records);
  numbers("logio_sink_missed_total", as_counter,
          "Records that were gone before it could look at them.", &sink_row::missed_records);
  numbers("logio_sink_compressed_files_total", as_counter, "Files that it compressed.",
          &sink_row::compressed_files);
  numbers("logio_sink_uncompressed_files", as_gauge, "Files that wait for being compressed.",
          &sink_row::uncompressed_files);
  numbers("logio_sink_compress_failures_total", as_counter,
          "Times that a file could not be compressed.", &sink_row::compress_failures);
}

/// Each type while there is a Marathon to hear from; else those that somebody has posted.
void append_events(metric_text& out, const event_counts& events, bool all) {
  std::uint64_t taken = 0;
  for (std::size_t t = 0; t < wire::event_type_count(); ++t) taken += events.taken(t);
  if (!all && taken == 0) return;
  out.family("logio_marathon_events_total", as_counter, "Marathon's events that were taken.");
  for (std::size_t t = 0; t < wire::event_type_count(); ++t) {
    if (all || events.taken(t) != 0) {
      out.sample({{"type", wire::event_type_name(t)}}, events.taken(t));
    }
  }
  out.single("logio_marathon_repeated_events_total", as_counter,
             "Events passed over because they had come by another connection.", events.repeated());
  out.family("logio_marathon_last_event_seconds", as_gauge,
             "When the newest was taken, since 1970; 0: none was.");
  out.sample({}, static_cast<double>(events.newest_ns()) / 1e9);
}

void append_marathon(metric_text& out, const marathon_status& link) {
  out.single("logio_marathon_up", as_gauge, "1 while Marathon's events can be received.",
             link.is_up() ? 1 : 0);
  out.family("logio_marathon_state", as_gauge, "1 for the state of the connection to Marathon.");
  for (const std::string_view state : marathon_states) {
    out.sample({{"state", state}}, std::uint64_t{state == link.state});
  }
  out.family("logio_marathon_state_since_seconds", as_gauge, "Since when, since 1970.");
  out.sample({}, static_cast<double>(link.since_ns) / 1e9);
  const auto count = [&](std::string_view name, std::string_view help, std::uint64_t n) {
    out.single(name, as_counter, help, n);
  };
  count("logio_marathon_interruptions_total", "Times in which no event could be received.",
        link.interruptions);
  count("logio_marathon_errors_total", "Requests to Marathon and event streams that failed.",
        link.errors);
  count("logio_marathon_registrations_total", "Times that the callback URL was registered.",
        link.registrations);
  count("logio_marathon_refused_events_total", "Events of the stream that were not taken.",
        link.refused_events);
}

void append_reloads(metric_text& out, const config_board* config) {
  if (config == nullptr) return;
  out.family("logio_config_reloads_total", as_counter,
             "Times that the configuration was read again.");
  out.sample({{"result", "ok"}}, config->reloads(true));
  out.sample({{"result", "failed"}}, config->reloads(false));
}

void append_process(metric_text& out, const process_stats& process) {
  out.family("process_cpu_seconds_total", as_counter, "Processor time, user and system.");
  out.sample({}, process.cpu_seconds);
  out.single("process_resident_memory_bytes", as_gauge, "Resident memory.",
             process.resident_bytes);
  out.single("process_virtual_memory_bytes", as_gauge, "Address space.", process.virtual_bytes);
  out.single("process_open_fds", as_gauge, "Open descriptors.", process.open_descriptors);
  out.single("process_max_fds", as_gauge, "How many there may be.", process.descriptors_max);
  out.family("process_start_time_seconds", as_gauge, "When it started, since 1970.");
  out.sample({}, process.start_time_seconds);
}

}  // namespace

std::string render_metrics(hub::hub& h, const server_facts& facts) {
  metric_text out;
  append_received(out, h);
  append_answers(out, h, facts.turned_away);
  append_sent(out, h);
  append_lost(out, h, facts);
  append_state(out, h);
  if (facts.journal) append_journal(out, *facts.journal);
  append_sinks(out, facts.sinks);
  if (facts.events != nullptr) append_events(out, *facts.events, facts.marathon.has_value());
  if (facts.marathon) append_marathon(out, *facts.marathon);
  append_reloads(out, facts.config);
  append_latency(out, h);
  out.family("logio_build_info", as_gauge, "1; the label says which version runs.");
  out.sample({{"version", facts.version}}, std::uint64_t{1});
  out.single("logio_ready", as_gauge, "1 while /readyz says ok.", facts.ready ? 1 : 0);
  append_process(out, facts.process);
  return std::move(out).take();
}

}  // namespace logio::serve
