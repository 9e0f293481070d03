#include "sink_set.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"

namespace logio::app {
namespace {

using sink::clock;
using std::chrono::milliseconds;

/// How long one that is changed may wait for the answer to its batch.
constexpr milliseconds hand_over_time{500};

std::string_view to_string(sink::sink_state s) noexcept {
  switch (s) {
    case sink::sink_state::up: return "up";
    case sink::sink_state::back_off: return "back_off";
    case sink::sink_state::stopped: return "stopped";
  }
  return "";
}

}  // namespace

sink_set::sink_set(const sink_surroundings& in)
    : in_(in), fed_to_(in.hub.ring().end().position) {}

sink_set::~sink_set() = default;

std::vector<std::string> sink_set::change(const std::vector<sink::sink_options>& wanted,
                                          clock::time_point removed_by, sink_changes& done) {
  std::vector<std::string> errors;
  std::vector<place> places = prepare(wanted, errors);
  if (errors.empty()) open_folders(places, in_.hub.ring().end().position, errors);
  if (!errors.empty()) return errors;

  const auto is_new = [](const place& p) { return p.fresh && !p.running; };
  if (started_ && std::any_of(places.begin(), places.end(), [&](const place& p) {
        return is_new(p) && !p.fresh->spills;
      })) {
    feed_from_now();
  }
  const std::uint64_t cut = cut_journal(places);
  std::vector<running_ptr> added;
  for (place& p : places) {
    if (!is_new(p)) continue;
    added.push_back(make_running(std::move(*p.fresh), {p.last, nullptr, cut}, in_));
    done.added.push_back(added.back()->name());
  }
  for (const running_ptr& s : exchange(places, added, wanted)) {
    done.removed.push_back(s->name());
    s->run->drain(removed_by, s->journal != nullptr);
    leaving_.push_back({s, removed_by, nullptr});
  }
  if (started_) {
    for (const running_ptr& s : added) s->run->start();
  }
  for (place& p : places) {
    if (!p.fresh || !p.running) continue;
    done.changed.push_back(p.running->name());
    const clock::time_point until = clock::now() + hand_over_time;
    p.running->run->hand_over(until);
    replaced_.push_back({p.running, until, std::move(p.fresh)});
  }
  return errors;
}

/// Where those that go end and those that come begin: behind all that one that goes has begun to
/// give out.
std::uint64_t sink_set::cut_journal(const std::vector<place>& places) const {
  std::uint64_t cut = in_.hub.ring().end().position;
  // Until all of them end there: frames come every few milliseconds at most.
  for (std::uint64_t before = 0; before != cut;) {
    before = cut;
    for (const running_ptr& s : all()) {
      const bool goes = std::none_of(places.begin(), places.end(),
                                     [&](const place& p) { return p.running == s; });
      if (goes && s->journal != nullptr) cut = std::max(cut, s->journal->end_at(cut));
    }
  }
  return cut;
}

/// Puts those that are new among the others, in the order of `wanted`. Returns those that go.
std::vector<sink_set::running_ptr> sink_set::exchange(
    const std::vector<place>& places, const std::vector<running_ptr>& added,
    const std::vector<sink::sink_options>& wanted) {
  std::map<std::string_view, std::size_t> order;
  for (std::size_t i = 0; i < wanted.size(); ++i) order.emplace(wanted[i].name, i);
  const auto stays = [&](const running_ptr& s) {
    return std::any_of(places.begin(), places.end(),
                       [&](const place& p) { return p.running == s; });
  };
  // Under one lock, so that each batch goes to the queues that end or to those that begin.
  const std::lock_guard lock(mutex_);
  const auto gone = std::stable_partition(sinks_.begin(), sinks_.end(), stays);
  std::vector<running_ptr> out(gone, sinks_.end());
  sinks_.erase(gone, sinks_.end());
  for (const running_ptr& s : added) {
    if (s->queue != nullptr) s->queue->begin_at(fed_to_);
    sinks_.push_back(s);
  }
  std::sort(sinks_.begin(), sinks_.end(), [&](const running_ptr& a, const running_ptr& b) {
    return order.at(a->name()) < order.at(b->name());
  });
  return out;
}

/// Builds what is new, as far as that touches nothing.
std::vector<sink_set::place> sink_set::prepare(const std::vector<sink::sink_options>& wanted,
                                               std::vector<std::string>& errors) const {
  std::vector<place> out;
  for (const sink::sink_options& options : wanted) {
    place& p = out.emplace_back();
    p.running = find(options.name);
    if (p.running && p.running->run->options() == options) continue;
    const bool leaves = std::any_of(leaving_.begin(), leaving_.end(), [&](const ending& e) {
      return e.old->name() == options.name;
    });
    if (leaves) {
      errors.push_back(fmt::format("sink {} ({}): the one of this name that was removed delivers "
                                   "still; try again in a moment",
                                   options.name, options.shown_url));
      continue;
    }
    auto made = prepare_sink(options, in_);
    if (made) {
      p.fresh = std::make_unique<prepared_sink>(std::move(*made));
    } else {
      errors.push_back(std::move(made.error()));
    }
  }
  return out;
}

/// Those of sinks that run are there.
void sink_set::open_folders(std::vector<place>& places, std::uint64_t cut,
                            std::vector<std::string>& errors) const {
  if (in_.data == nullptr) return;
  const std::string parent = sinks_folder(in_);
  for (place& p : places) {
    if (!p.fresh || p.running) continue;
    const std::string& name = p.fresh->options.name;
    const auto opened = sink::open_place(parent, name);
    error_code why = opened ? error_code() : opened.error();
    if (opened) p.last = *opened;
    // Before anything is delivered: a folder without a place is one that has lost it.
    if (opened && !opened->known) {
      why = sink::save_place(parent + '/' + name, {in_.hub.epoch(), cut - 1});
    }
    if (!why) continue;
    errors.push_back(fmt::format("sink {} ({}): cannot use the folder {}/{}: {}", name,
                                 p.fresh->options.shown_url, parent, name, why.message()));
  }
  if (errors.empty()) return;
  for (const place& p : places) {
    if (p.fresh && !p.running && !p.last.known) sink::forget_place(parent, p.fresh->options.name);
  }
}

/// Starts the one that comes in the place of `before`, which has ended.
void sink_set::replace(const running_ptr& before, prepared_sink made) {
  if (!made.spills) feed_from_now();
  const running_ptr fresh =
      make_running(std::move(made), {{}, before.get(), in_.hub.ring().end().position}, in_);
  {
    // Nothing is fed meanwhile, so that no batch gets to both queues, or to none.
    const std::lock_guard lock(mutex_);
    if (fresh->queue != nullptr && before->queue != nullptr) {
      fresh->queue->take_over(*before->queue);
    } else if (fresh->queue != nullptr) {
      fresh->queue->begin_at(fed_to_);
    }
    *std::find(sinks_.begin(), sinks_.end(), before) = fresh;
  }
  fresh->run->start();
}

void sink_set::start() {
  started_ = true;
  const std::vector<running_ptr> sinks = all();
  if (std::any_of(sinks.begin(), sinks.end(), [](const auto& s) { return s->queue != nullptr; })) {
    feed_from_now();
  }
  for (const auto& s : sinks) s->run->start();
}

/// The first sink with a queue begins it; it goes on whatever becomes of that one.
void sink_set::feed_from_now() {
  if (feeder_) return;
  feeder_ = std::make_unique<gate_thread>(
      in_.hub, in_.hub.sinks_gate(),
      gate_thread::handlers{[this](const ring::batch_header& b) { return feed(b); },
                            [this](std::uint64_t position) { note_fed(position); }});
  const std::lock_guard lock(mutex_);
  fed_to_ = feeder_->begin();
}

/// On the feeder's thread.
bool sink_set::feed(const ring::batch_header& batch) {
  if (!topic_ || topic_->id != batch.tag) topic_ = in_.hub.topics().find(batch.tag);
  const std::lock_guard lock(mutex_);
  fed_to_ = batch.first_position + batch.count;
  if (!topic_) return true;  // the table keeps a topic as long as the ring may hold its records
  const sink::fed_batch fed{topic_, batch.first_position, batch.count, batch.arrival_ns,
                            {batch.payload(), batch.payload_bytes}};
  for (const auto& s : sinks_) {
    if (s->queue != nullptr) s->queue->push(fed);
  }
  return true;
}

void sink_set::note_fed(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  fed_to_ = position;
  for (const auto& s : sinks_) {
    if (s->queue != nullptr) s->queue->note_end(position);
  }
}

void sink_set::step() {
  std::vector<ending> waiting = std::exchange(replaced_, {});
  for (ending& e : waiting) {
    if (!look_after(e)) {
      replaced_.push_back(std::move(e));
    } else {
      replace(e.old, std::move(*e.fresh));
    }
  }
  std::erase_if(leaving_, [this](ending& e) { return look_after(e); });
}

/// Whether it has ended.
bool sink_set::look_after(ending& e) {
  if (!e.old->run->ended()) {
    if (clock::now() >= e.until) e.old->run->cut_off();
    return false;
  }
  e.old->run->join();
  return true;
}

void sink_set::note_written() {
  const std::lock_guard lock(mutex_);
  for (const auto& s : sinks_) {
    if (s->journal != nullptr) s->journal->note_written();
  }
}

void sink_set::watch_lag(const journal::retention& keep) {
  const std::int64_t now_ns = base::unix_now_ns();
  for (const running_ptr& s : all()) {
    if (s->journal == nullptr) continue;
    const sink::source_counts counts = s->journal->counts();
    const std::int64_t segment_ns = s->journal->next_segment_ns();
    const auto line = s->watch.look(
        {counts.lag_bytes, segment_ns == 0 ? 0 : std::max<std::int64_t>(now_ns - segment_ns, 0),
         counts.missed},
        keep);
    if (line) base::log(base::log_level::warn, {"sink", s->name()}, "{}", *line);
  }
}

void sink_set::drain(clock::time_point deadline) {
  if (feeder_) feeder_->stop(deadline);
  for (const auto& s : all()) s->run->drain(deadline, s->journal != nullptr);
}

bool sink_set::ended() const {
  const auto has_ended = [](const running_ptr& s) { return s->run->ended(); };
  const std::vector<running_ptr> sinks = all();
  return std::all_of(sinks.begin(), sinks.end(), has_ended) &&
         std::all_of(leaving_.begin(), leaving_.end(),
                     [&](const ending& e) { return has_ended(e.old); });
}

void sink_set::cut_off() {
  for (const auto& s : all()) s->run->cut_off();
  for (const ending& e : leaving_) e.old->run->cut_off();
}

void sink_set::join() {
  for (const auto& s : all()) s->run->join();
  for (const ending& e : leaving_) e.old->run->join();
  leaving_.clear();
}

std::vector<sink_set::running_ptr> sink_set::all() const {
  const std::lock_guard lock(mutex_);
  return sinks_;
}

sink_set::running_ptr sink_set::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(sinks_.begin(), sinks_.end(),
                                  [&](const running_ptr& s) { return s->name() == name; });
  return found == sinks_.end() ? nullptr : *found;
}

bool sink_set::has(std::string_view name) const { return find(name) != nullptr; }

std::vector<serve::sink_row> sink_set::rows() const {
  std::vector<serve::sink_row> out;
  const std::int64_t now_ns = base::unix_now_ns();
  for (const auto& s : all()) {
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
    row.dead_lost = s->run->dead().lost();
    row.resent_records = status.resent_records;
    row.dropped_records = status.source.dropped;
    row.missed_records = status.source.missed;
    row.compressed_files = status.client.compressed_files;
    row.uncompressed_files = status.client.uncompressed_files;
    row.compress_failures = status.client.compress_failures;
  }
  return out;
}

std::unique_ptr<std::vector<serve::sink_record>> sink_set::records(std::string_view name) const {
  const running_ptr of = find(name);
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
  const running_ptr of = find(name);
  if (of == nullptr) return std::string();
  return of->run->dead().read(at, bytes_max);
}

std::uint64_t sink_set::resend(std::string_view name) {
  const running_ptr of = find(name);
  return of == nullptr ? 0 : of->run->resend();
}

}  // namespace logio::app
