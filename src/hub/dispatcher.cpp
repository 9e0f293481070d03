#include "logio/hub/dispatcher.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "logio/base/clock.hpp"
#include "logio/base/result.hpp"
#include "logio/record/record.hpp"

namespace logio::hub {

dispatcher::dispatcher(ring::log_ring& ring, const dispatcher_readers& numbers,
                       topic_table& topics, const time_index& times, shard_counters& counters,
                       const dispatcher_limits& limits)
    : ring_(ring),
      gate_(ring, numbers.gate),
      topics_(topics),
      times_(times),
      counters_(counters),
      limits_(limits),
      pool_(limits.queues_bytes_max),
      scanner_(ring, numbers.scan_pin, *this),
      history_(ring, numbers.history_pin, *this) {}

dispatcher::~dispatcher() {
  LOGIO_ASSERT(subscribers_ == 0, "subscriptions end before their dispatcher");
}

void dispatcher::read_clock() noexcept {
  now_ns_ = base::unix_now_ns();
}

/// The group with this filter for whose encoder `same` is true; thousands of groups are usual.
template <class Same>
group* dispatcher::find_group(const filter::filter& f, Same&& same) const noexcept {
  const auto range = groups_by_filter_.equal_range(filter::hash_value(f.source()));
  for (auto at = range.first; at != range.second; ++at) {
    group& g = *at->second;
    if (same(g.format()) && g.selection().source() == f.source()) return &g;
  }
  return nullptr;
}

std::size_t dispatcher::members_of(const filter::filter& f, int format) const noexcept {
  const group* of = find_group(f, [&](encoder& e) { return e.format() == format; });
  return of == nullptr ? 0 : of->members().size();
}

/// A group that whoever stands at the gate can join without gap or repeat.
group* dispatcher::find_joinable(const filter::filter& f, const encoder& format) const noexcept {
  const std::uint64_t position = gate_.at().position;
  const bool scanned = f.has_line_patterns();
  const auto range = groups_by_filter_.equal_range(filter::hash_value(f.source()));
  for (auto at = range.first; at != range.second; ++at) {
    group& g = *at->second;
    if (&g.format() != &format || g.selection().source() != f.source()) continue;
    // The scanner may lag behind the gate: then only a group that it has not begun will do.
    if (scanned && scanner_.position() != position && g.first_position != position) continue;
    return &g;
  }
  return nullptr;
}

/// Takes a group in that begins where the gate stands.
group& dispatcher::add_group(std::unique_ptr<group> g) {
  g->set_serial(next_serial_++);
  groups_.push_back(std::move(g));
  group& added = *groups_.back();
  groups_by_filter_.emplace(filter::hash_value(added.selection().source()), &added);
  if (added.has_line_patterns()) scanner_.add(added, gate_.at());
  return added;
}

std::unique_ptr<subscription> dispatcher::subscribe(const filter::filter& f, encoder& format,
                                                    subscriber& listener,
                                                    const history_request& history) {
  read_clock();
  if (!gate_.joined()) {
    gate_.join();
  } else {
    while (run(false)) {  // so that nothing from before is delivered; at most one ring's content
    }
  }
  ++subscribers_;
  if (history.live_only()) {
    group* of = find_joinable(f, format);
    if (of == nullptr) of = &add_group(std::make_unique<group>(*this, f, format, 0));
    std::unique_ptr<subscription> made(new subscription(*this, *of, listener));
    made->start_position_ = gate_.at().position;
    made->live_from_ns_ = std::numeric_limits<std::int64_t>::min();
    return made;
  }
  auto reader = std::make_unique<history_reader>(
      *this, ring_, std::make_unique<group>(*this, f, format, 0), history, gate_.at());
  history_reader& reads = *reader;
  std::unique_ptr<subscription> made(new subscription(*this, reads.own(), listener));
  reads.begin(*made);
  history_.add(std::move(reader), gate_.at());
  return made;
}

void dispatcher::join(history_reader& reader) {
  subscription& member = reader.of();
  member.live_from_ns_ = now_ns_;
  group& own = reader.own();
  own.flush();
  if (group* const of = find_joinable(own.selection(), own.format())) {
    of->flush();  // what it has for its members is not for this one
    // Behind what the member still has to send, a block must be its from the first byte on.
    if (member.size() > 0) of->close_tail();
    member.move_to(*of);
    std::erase(dirty_, &own);
    touch(*of);
  } else {
    touch(add_group(reader.release_group()));
  }
}

history_set::outcome dispatcher::read_history(std::int64_t monotonic_ns) {
  read_clock();
  return history_.turn(gate_.at(), monotonic_ns);
}

void dispatcher::unsubscribe(subscription& s) noexcept {
  group& g = *s.group_;
  counters_.discarded_records.add(s.counts().queued);
  g.remove(s);
  --subscribers_;
  if (s.history_ != nullptr) {
    std::erase(dirty_, &g);
    history_.remove(*s.history_);
  } else if (g.members().empty()) {
    remove(g);
  }
  if (subscribers_ == 0) gate_.leave();
}

void dispatcher::remove(group& g) noexcept {
  std::erase(dirty_, &g);
  if (g.has_line_patterns()) scanner_.remove(g);
  for (const std::uint32_t id : g.routed_topics) {
    const auto found = routes_.find(id);
    if (found == routes_.end()) continue;
    std::erase(found->second->live, &g);
    std::erase(found->second->scanned, &g);
  }
  const auto range = groups_by_filter_.equal_range(filter::hash_value(g.selection().source()));
  groups_by_filter_.erase(
      std::find_if(range.first, range.second, [&](const auto& e) { return e.second == &g; }));
  groups_.erase(std::lower_bound(groups_.begin(), groups_.end(), g.serial(),
                                 [](const auto& owned, std::uint64_t serial) {
                                   return owned->serial() < serial;
                                 }));
}

bool dispatcher::run(bool may_sleep) {
  if (!gate_.joined()) return false;
  std::size_t bytes = 0;
  turn_is_long_ = false;
  at_once_left_ = limits_.queue_bytes_max / 4;
  while (bytes < limits_.turn_bytes_max && !turn_is_long_) {
    const ring::batch_header* batch = gate_.peek();
    if (batch == nullptr) break;
    if (bytes == 0) read_clock();
    bytes += batch->payload_bytes;
    dispatch(*batch, record::batch_view(batch->payload(), batch->payload_bytes));
    gate_.advance();
  }
  if (bytes > 0) end_turn(bytes);
  if (gate_.peek() != nullptr) return true;
  return may_sleep && !gate_.try_sleep();
}

void dispatcher::end_turn(std::size_t bytes) {
  moved_bytes_ += bytes;
  note_busy();
  history_.note_news();
  flush_and_wake();
}

bool dispatcher::may_dispatch_at_once(std::size_t bytes) const noexcept {
  // For more of them it is cheaper to write much at a time to each.
  constexpr std::size_t subscribers_max = 2;
  return bytes <= at_once_left_ && subscribers_ <= subscribers_max && gate_.joined() &&
         !scanner_.active() && gate_.at().position == ring_.end().position;
}

void dispatcher::dispatch_at_once(std::uint64_t first_position,
                                  const record::batch_view& records) {
  const ring::batch_header* batch = gate_.peek();
  if (batch == nullptr || batch->first_position != first_position) return;
  read_clock();
  turn_is_long_ = false;
  dispatch(*batch, records);
  gate_.advance();
  end_turn(batch->payload_bytes);
  at_once_left_ -= turn_is_long_ ? at_once_left_ : batch->payload_bytes;
}

void dispatcher::dispatch(const ring::batch_header& batch, const record::batch_view& records) {
  route& r = route_of(batch.tag);
  if (!r.topic) {
    for (const auto& g : groups_) {
      touch(*g);
      g->append_missed(batch.count, batch.arrival_ns, missed_reason::retention);
    }
    return;
  }
  for (group* g : r.live) {
    touch(*g);
    g->append(records.begin(), records.end(), {*r.topic, batch.arrival_ns, batch.first_position});
    // Tiny records can grow many times over by their topic: nobody is shed for want of a turn.
    if (g->appended_bytes() > limits_.queue_bytes_max / 4) turn_is_long_ = true;
  }
}

route& dispatcher::route_of(std::uint32_t topic_id) {
  if (last_route_ == nullptr || last_topic_ != topic_id) {
    auto& owned = routes_[topic_id];
    if (!owned) {
      owned = std::make_unique<route>();
      owned->topic = topics_.find(topic_id);
    }
    last_topic_ = topic_id;
    last_route_ = owned.get();
    if (routes_.size() > routes_limit_) forget_routes();
  }
  route& r = *last_route_;
  if (r.newest_group_seen + 1 != next_serial_) extend(r);
  return r;
}

void dispatcher::extend(route& r) {
  const std::uint64_t seen = std::exchange(r.newest_group_seen, next_serial_ - 1);
  if (!r.topic) return;
  for (auto it = groups_.rbegin(); it != groups_.rend() && (*it)->serial() > seen; ++it) {
    group& g = **it;
    if (!g.matches_topic(*r.topic)) continue;
    (g.has_line_patterns() ? r.scanned : r.live).push_back(&g);
    r.set_generation = 0;
    g.routed_topics.push_back(r.topic->id);
  }
}

void dispatcher::forget_routes() {
  std::erase_if(routes_, [&](const auto& entry) {
    const route& r = *entry.second;
    if (&r == last_route_) return false;
    const bool gone = !r.topic || r.topic->retired.load(std::memory_order_relaxed);
    if (!gone) return false;
    // The topic may still have batches in the ring: then the route is made again, from the table.
    for (auto* list : {&r.live, &r.scanned}) {
      for (group* g : *list) std::erase(g->routed_topics, entry.first);
    }
    return true;
  });
  routes_limit_ = std::max<std::size_t>(1024, routes_.size() * 2);
}

void dispatcher::flush_and_wake() {
  for (group* g : dirty_) g->flush();
  // on_ready() may not end subscriptions, so neither list nor groups change here.
  for (group* g : dirty_) {
    g->set_dirty(false);
    g->wake_members();
  }
  dirty_.clear();
}

line_scanner::outcome dispatcher::scan(std::int64_t monotonic_ns) {
  return scanner_.turn(gate_.at(), monotonic_ns);
}

bool dispatcher::has_scan_work() const noexcept {
  return scanner_.active() && scanner_.at().position != gate_.at().position;
}

subscription* dispatcher::largest_holder() noexcept {
  subscription* most = nullptr;
  const auto look_at = [&most](const group& g) {
    for (subscription* s : g.members()) {
      if (s->unsent_blocks() == 0) continue;
      if (most == nullptr || s->held_bytes_ > most->held_bytes_) most = s;
    }
  };
  for (const auto& g : groups_) look_at(*g);
  history_.for_each_group(look_at);
  return most;
}

bool dispatcher::make_room(std::size_t bytes) {
  while (pool_.allocated_bytes() + bytes > limits_.queues_bytes_max) {
    subscription* most = largest_holder();
    if (most == nullptr) return false;
    most->group_->flush();
    most->drop_oldest();
  }
  return true;
}

void dispatcher::rest() noexcept {
  for (const auto& g : groups_) g->release_idle_tail();
  history_.for_each_group([](group& g) { g.release_idle_tail(); });
  pool_.trim();
  read_clock();
  history_.note_news();
}

}  // namespace logio::hub
