#include "sink_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/sink/journal_source.hpp"
#include "logio/sink/memory_client.hpp"
#include "logio/sink/place_file.hpp"
#include "logio/sink/queue_source.hpp"
#include "logio/sink/runner.hpp"
#include "sink_clients.hpp"
#include "sink_filter.hpp"

namespace logio::app {
namespace {

constexpr std::string_view sinks_folder = "/sinks";

std::string_view to_string(sink::sink_state s) noexcept {
  switch (s) {
    case sink::sink_state::up: return "up";
    case sink::sink_state::back_off: return "back_off";
    case sink::sink_state::stopped: return "stopped";
  }
  return "";
}

}  // namespace

struct sink_set::running {
  std::unique_ptr<sink::runner> run;
  sink::queue_source* queue = nullptr;      // of the runner's, one of these two
  sink::journal_source* journal = nullptr;
  const sink::memory_client* memory = nullptr;
};

sink_set::sink_set(const surroundings& in) : in_(in) {}

sink_set::~sink_set() = default;

std::optional<std::string> sink_set::open(const sink::sink_options& options) {
  const auto refuse = [&](const std::string& why) {
    return fmt::format("sink {} ({}): {}", options.name, options.shown_url, why);
  };
  auto wanted = compile_selection(options.selection, in_.pattern_bytes_max);
  if (!wanted) return bad_selections(std::span(&options, 1), {}, in_.pattern_bytes_max).front();
  std::string why;
  auto client = make_sink_client(options, in_.hub_host, in_.hub.epoch(), why);
  if (!client) return refuse(why);
  auto made = std::make_unique<running>();
  made->memory = dynamic_cast<const sink::memory_client*>(client.get());

  const bool has_data = in_.data != nullptr;
  const auto on_full = options.on_full.value_or(has_data ? sink::when_full::spill
                                                         : sink::when_full::drop_oldest);
  sink::runner::parts parts;
  parts.options = options;
  parts.client = std::move(client);
  const std::uint64_t next = in_.hub.ring().end().position;
  const bool spills = on_full == sink::when_full::spill;
  if (spills && !has_data) {
    return refuse("on_full=spill needs a journal: give the hub a --data-dir");
  }
  sink::remembered_place last;
  if (has_data) {
    const std::string parent = in_.data->path() + std::string(sinks_folder);
    const auto opened = sink::open_place(parent, options.name);
    if (!opened) {
      return refuse(fmt::format("cannot use the folder {}/{}: {}", parent, options.name,
                                opened.error().message()));
    }
    last = *opened;
    parts.folder = parent + '/' + options.name;
  }
  if (spills) {
    auto source = open_journal_source(std::move(*wanted), options.name, last);
    made->journal = source.get();
    parts.source = std::move(source);
    parts.repeated_before = last.known ? next : 0;
  } else {
    auto source = std::make_unique<sink::queue_source>(std::move(*wanted), options.queue_bytes,
                                                       in_.hub.epoch(), next);
    made->queue = source.get();
    parts.source = std::move(source);
  }
  made->run = std::make_unique<sink::runner>(std::move(parts));
  sinks_.push_back(std::move(made));
  return std::nullopt;
}

std::unique_ptr<sink::journal_source> sink_set::open_journal_source(
    filter::filter wanted, const std::string& name, const sink::remembered_place& last) const {
  const std::uint64_t next = in_.hub.ring().end().position;
  const std::uint64_t oldest = journal::follower(*in_.data, *in_.journal).oldest_position();
  if (last.known && !last.place) {
    base::log(base::log_level::warn, {"sink", name},
              "its place is lost: all {} records of the journal are delivered again",
              next - oldest);
  }
  return std::make_unique<sink::journal_source>(
      std::move(wanted), *in_.data, *in_.journal, in_.hub.epoch(),
      sink::find_start(last, in_.data->epochs(), oldest),
      [this] { return in_.hub.ring().end().position; });
}

void sink_set::start() {
  const auto is_fed = [](const auto& s) { return s->queue != nullptr; };
  if (std::any_of(sinks_.begin(), sinks_.end(), is_fed)) {
    feeder_ = std::make_unique<gate_thread>(
        in_.hub, in_.hub.sinks_gate(),
        gate_thread::handlers{[this](const ring::batch_header& b) { return feed(b); },
                              [this](std::uint64_t position) {
                                for (const auto& s : sinks_) {
                                  if (s->queue != nullptr) s->queue->note_end(position);
                                }
                              }});
    feeder_->begin();
  }
  for (const auto& s : sinks_) s->run->start();
}

/// On the feeder's thread.
bool sink_set::feed(const ring::batch_header& batch) {
  if (!topic_ || topic_->id != batch.tag) topic_ = in_.hub.topics().find(batch.tag);
  if (!topic_) return true;  // the table keeps a topic as long as the ring may hold its records
  const sink::fed_batch fed{topic_, batch.first_position, batch.count, batch.arrival_ns,
                            {batch.payload(), batch.payload_bytes}};
  for (const auto& s : sinks_) {
    if (s->queue != nullptr) s->queue->push(fed);
  }
  return true;
}

void sink_set::note_written() {
  for (const auto& s : sinks_) {
    if (s->journal != nullptr) s->journal->note_written();
  }
}

void sink_set::drain(sink::clock::time_point deadline) {
  if (feeder_) feeder_->stop(deadline);
  for (const auto& s : sinks_) s->run->drain(deadline, s->journal != nullptr);
}

bool sink_set::ended() const {
  return std::all_of(sinks_.begin(), sinks_.end(), [](const auto& s) { return s->run->ended(); });
}

void sink_set::cut_off() {
  for (const auto& s : sinks_) s->run->cut_off();
}

void sink_set::join() {
  for (const auto& s : sinks_) s->run->join();
}

sink_set::running* sink_set::find(std::string_view name) const {
  const auto found = std::find_if(sinks_.begin(), sinks_.end(), [&](const auto& s) {
    return s->run->options().name == name;
  });
  return found == sinks_.end() ? nullptr : found->get();
}

bool sink_set::has(std::string_view name) const { return find(name) != nullptr; }

std::vector<serve::sink_row> sink_set::rows() const {
  std::vector<serve::sink_row> out;
  const std::int64_t now_ns = base::unix_now_ns();
  for (const auto& s : sinks_) {
    const sink::sink_status status = s->run->status();
    serve::sink_row& row = out.emplace_back();
    row.name = s->run->options().name;
    row.url = s->run->options().shown_url;
    row.state = to_string(status.state);
    row.since_ns = status.since_ns;
    row.last_error = status.last_error;
    row.cursor = fmt::format("{:016x}-{}", status.place.epoch, status.place.position);
    row.lag_records = status.source.lag_records;
    row.lag_bytes = status.source.lag_bytes;
    if (status.source.oldest_ns != 0 && status.source.oldest_ns < now_ns) {
      row.lag_seconds = static_cast<double>(now_ns - status.source.oldest_ns) / 1e9;
    }
    row.matched_records = status.source.matched;
    row.sent_records = status.sent_records;
    row.sent_bytes = status.sent_bytes;
    row.cut_records = status.cut_records;
    row.retried_requests = status.retried_requests;
    row.dead_records = status.dead_records;
    row.dead_kept = s->run->dead().count();
    row.dropped_records = status.source.dropped;
    row.missed_records = status.source.missed;
  }
  return out;
}

std::unique_ptr<std::vector<serve::sink_record>> sink_set::records(std::string_view name) const {
  const running* const of = find(name);
  if (of == nullptr || of->memory == nullptr) return nullptr;
  auto out = std::make_unique<std::vector<serve::sink_record>>();
  for (auto& kept : of->memory->newest()) {
    const sink::kept_record& r = *kept;
    out->push_back({std::move(kept), r.bytes.data(), &r.topic, r.arrival_ns, r.epoch, r.position});
  }
  return out;
}

result<std::string> sink_set::dead(std::string_view name, std::uint64_t& at,
                                   std::size_t bytes_max) const {
  running* const of = find(name);
  if (of == nullptr) return std::string();
  return of->run->dead().read(at, bytes_max);
}

std::uint64_t sink_set::resend(std::string_view name) {
  running* const of = find(name);
  return of == nullptr ? 0 : of->run->resend();
}

}  // namespace logio::app
