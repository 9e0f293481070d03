#include "journal_reader.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/record/record.hpp"

namespace logio::app {
namespace {

using journal::follower;

constexpr std::size_t topics_known_max = 4096;
constexpr std::uint32_t records_per_look = 64;
constexpr std::uint64_t first_step = 4096, step_max = std::uint64_t{1} << 20;  // positions

hub::missed_reason reason_of(journal::missing why) noexcept {
  switch (why) {
    case journal::missing::deleted: return hub::missed_reason::retention;
    case journal::missing::left_out: return hub::missed_reason::left_out;
    case journal::missing::damaged: break;
  }
  return hub::missed_reason::damaged;
}

}  // namespace

/// How long a call lasts.
class journal_reader::turn_clock {
 public:
  explicit turn_clock(std::int64_t turn_ns) noexcept
      : started_(base::monotonic_now_ns()), deadline_(started_ + turn_ns) {}
  std::int64_t spent() const noexcept { return base::monotonic_now_ns() - started_; }
  bool over() const noexcept { return base::monotonic_now_ns() >= deadline_; }

 private:
  std::int64_t started_, deadline_;
};

journal_reader::journal_reader(const journal::directory& in, const journal::writer& by,
                               const filter::filter& wanted, const scan_limits& limits)
    : directory_(in), filter_(wanted), limits_(limits), follower_(in, by) {
  follower_.want([this](const record::topic_view& t) { return filter_.matches_topic(t); });
}

hub::deep_piece journal_reader::read(const hub::deep_order& order) {
  const turn_clock clock(limits_.turn_ns);
  hub::deep_piece out;
  out.next_position = order.from;
  if (follower_.position() != order.from) follower_.seek(order.from);
  while (out.next_position < order.end && take(follower_.next(), order, clock, out)) {
    if (out.bytes.size() >= order.bytes_max || clock.over()) break;
  }
  account(clock);
  if (!out.items.empty()) {
    scanned_ns_ = 0;
    scanned_bytes_ = 0;
  } else if (scanned_enough() && out.next_position < order.give_up_to) {
    miss(out.next_position, order.give_up_to, hub::missed_reason::scan_limit, out);
    out.next_position = order.give_up_to;
    scanned_ns_ = 0;
    scanned_bytes_ = 0;
  }
  // A stream that is slow must keep neither a file nor a deleted one's room.
  if (!out.items.empty() || out.at_end || out.until_reached) follower_.rest();
  return out;
}

/// False: nothing more for this piece.
bool journal_reader::take(const follower::event& e, const hub::deep_order& order,
                          const turn_clock& clock, hub::deep_piece& out) {
  if (const auto* b = std::get_if<follower::found_batch>(&e)) {
    return take_batch(*b, order, clock, out);
  }
  if (const auto* m = std::get_if<follower::missed>(&e)) {
    const std::uint64_t to = std::min(m->first_position + m->count, order.end);
    miss(m->first_position, to, reason_of(m->why), out);
    out.next_position = to;
    return true;
  }
  if (const auto* s = std::get_if<follower::skipped>(&e)) {
    out.next_position = std::min(out.next_position + s->count, order.end);
    return true;
  }
  const auto* const f = std::get_if<follower::failed>(&e);
  if (f != nullptr && !failing_) {
    base::log(base::log_level::warn, {"journal"},
              "a stream waits, for a segment of {} cannot be opened now: {}", directory_.path(),
              f->why.message());
  }
  failing_ = f != nullptr;
  out.at_end = true;
  return false;
}

bool journal_reader::take_batch(const follower::found_batch& b, const hub::deep_order& order,
                                const turn_clock& clock, hub::deep_piece& out) {
  const journal::batch& batch = b.records;
  last_arrival_ns_ = batch.arrival_ns;
  last_position_ = batch.first_position;
  scanned_bytes_ += batch.records.size();
  if (batch.arrival_ns >= order.until_ns) {
    out.until_reached = true;
    return false;
  }
  const std::uint64_t behind = std::min(batch.first_position + batch.count, order.end);
  const known_topic& known = topic_of(b);
  if (!known.wanted || batch.arrival_ns < order.since_ns) {
    out.next_position = behind;
    return true;
  }
  hub::deep_piece::item item{known.topic, 0, 0, b.epoch, batch.arrival_ns, {}, 0, 0};
  const auto add_item = [&] {
    if (item.positions != 0) out.items.push_back(item);
    item.positions = 0;
  };
  std::uint64_t position = batch.first_position;
  const record::batch_view records(batch.records.data(), batch.records.size());
  for (auto at = records.begin(); position < behind; ++at, ++position) {
    if (position < out.next_position) continue;
    const bool full = out.bytes.size() >= order.bytes_max;
    const bool look = position % records_per_look == 0 && position != out.next_position;
    if (full || (look && clock.over())) break;
    if (!wanted(*at) || out.skipped_matches < order.skip_matches) {
      if (wanted(*at)) ++out.skipped_matches;
      add_item();
      continue;
    }
    if (item.positions == 0) {
      item.first_position = position;
      item.at = out.bytes.size();
      item.bytes = 0;
    }
    const record::view r = *at;
    out.bytes.insert(out.bytes.end(), r.data(), r.data() + r.stored());
    item.bytes += r.stored();
    ++item.positions;
  }
  add_item();
  out.next_position = position;
  return position == behind;
}

void journal_reader::miss(std::uint64_t from, std::uint64_t to, hub::missed_reason why,
                          hub::deep_piece& out) {
  out.items.push_back({nullptr, from, to - from, 0, time_before(from), why, 0, 0});
}

void journal_reader::account(const turn_clock& clock) noexcept { scanned_ns_ += clock.spent(); }

bool journal_reader::scanned_enough() const noexcept {
  return scanned_ns_ > limits_.scan_ns || scanned_bytes_ > limits_.scan_bytes;
}

const journal_reader::known_topic& journal_reader::topic_of(const follower::found_batch& b) {
  if (std::exchange(topics_epoch_, b.epoch) != b.epoch || topics_.size() >= topics_known_max) {
    topics_.clear();  // numbers are an epoch's
  }
  const auto [at, is_new] = topics_.try_emplace(b.records.topic);
  known_topic& known = at->second;
  if (!is_new) return known;
  known.wanted = filter_.matches_topic(*b.topic);
  if (known.wanted) {
    known.topic = std::make_shared<const hub::topic_info>(b.records.topic, *b.topic, 0);
  }
  return known;
}

bool journal_reader::wanted(const record::view& r) const {
  return r.severity() >= filter_.source().severity &&
         (!filter_.has_line_patterns() || filter_.matches_line(r.text()));
}

/// A time at or before the arrival of the record with this position; 0: unknown.
std::int64_t journal_reader::time_before(std::uint64_t position) const {
  if (last_arrival_ns_ != 0 && last_position_ <= position) return last_arrival_ns_;
  std::int64_t out = 0;
  for (const journal::epoch_start& e : directory_.epochs()) {
    if (e.first_position <= position) out = e.started_ns;
  }
  return out;
}

/// A position at or in front of the first that arrived at `ns` or later, of what is deleted too.
std::uint64_t journal_reader::first_since(std::int64_t ns) const {
  std::uint64_t out = 1;
  for (const journal::epoch_start& e : directory_.epochs()) {
    if (e.started_ns <= ns) out = e.first_position;
  }
  return out;
}

void journal_reader::begin_search(const hub::deep_search& search) {
  searching_ = true;
  oldest_ = floor_ = follower_.oldest_position();
  std::uint64_t end = search.end;
  if (search.since_ns) {
    const auto at = follower_.find_time(*search.since_ns);
    floor_ = std::max(oldest_, at ? *at : follower_.position_before(*search.since_ns));
  }
  if (search.until_ns) {
    if (const auto at = follower_.find_time(*search.until_ns)) end = std::min(end, *at);
  }
  floor_ = std::min(floor_, end);
  step_ = first_step;
  first_matching_ = search.end;
  stretch_ = {end, end, end, 0};
}

hub::deep_start journal_reader::find(const hub::deep_search& search) {
  const turn_clock clock(limits_.turn_ns);
  if (!searching_) begin_search(search);
  if (!search.tail) return found(search, false);
  for (;;) {
    if (stretch_.at >= stretch_.end) {
      matches_ += stretch_.matches;
      if (stretch_.matches != 0) first_matching_ = stretch_.begin;
      if (matches_ >= *search.tail || stretch_.begin <= floor_) return found(search, false);
      const std::uint64_t end = stretch_.begin;
      stretch_ = {};
      stretch_.end = end;
      stretch_.begin = stretch_.at = end - std::min(step_, end - floor_);
      step_ = std::min(step_ * 2, step_max);
      follower_.seek(stretch_.begin);
    }
    const bool is_there = count(follower_.next());
    if (is_there && !clock.over()) continue;
    account(clock);
    if (scanned_enough()) return found(search, true);
    hub::deep_start later;
    later.at_end = !is_there;
    return later;
  }
}

/// False: what comes next is not written yet, or cannot be opened now.
bool journal_reader::count(const follower::event& e) {
  if (const auto* m = std::get_if<follower::missed>(&e)) {
    stretch_.at = m->first_position + m->count;
    return true;
  }
  if (const auto* s = std::get_if<follower::skipped>(&e)) {
    stretch_.at += s->count;
    return true;
  }
  const auto* b = std::get_if<follower::found_batch>(&e);
  if (b == nullptr) return false;
  const journal::batch& batch = b->records;
  scanned_bytes_ += batch.records.size();
  const std::uint64_t from = std::max(stretch_.at, batch.first_position);
  const std::uint64_t behind = std::min(batch.first_position + batch.count, stretch_.end);
  stretch_.at = behind;
  if (!topic_of(*b).wanted) return true;
  std::uint64_t position = batch.first_position;
  for (const record::view r :
       record::batch_view(batch.records.data(), batch.records.size())) {
    if (position >= behind) break;
    if (position++ >= from && wanted(r)) ++stretch_.matches;
  }
  return true;
}

/// `limited`: the stretch that was being counted and what is in front of it are given up.
hub::deep_start journal_reader::found(const hub::deep_search& search, bool limited) const {
  hub::deep_start out;
  out.found = true;
  if (limited) {
    out.position = stretch_.end;
    out.missed = stretch_.end - floor_;
    out.why = hub::missed_reason::scan_limit;
    return out;
  }
  out.position = search.tail ? first_matching_ : floor_;
  if (search.tail && matches_ > *search.tail) out.skip_matches = matches_ - *search.tail;
  const bool complete = search.tail && matches_ >= *search.tail;
  if (complete || !search.since_ns || floor_ != oldest_) return out;
  // Some of what was asked for may be among what was deleted.
  out.position = floor_;
  out.missed = floor_ - std::min(floor_, first_since(*search.since_ns));
  return out;
}

}  // namespace logio::app
