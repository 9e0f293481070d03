#include "logio/hub/history_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "deep_link.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/result.hpp"
#include "logio/hub/dispatcher.hpp"
#include "logio/record/record.hpp"

namespace logio::hub {
namespace {

using status = ring::log_pin::status;

constexpr std::size_t topics_known_max = 4096;
constexpr std::uint32_t records_per_look = 8;
/// So long after `until` a record that arrived before it may still be on its way into the ring.
constexpr std::int64_t until_slack_ns = 1'000'000'000;

}  // namespace

history_reader::history_reader(dispatcher& owner, ring::log_ring& ring, std::unique_ptr<group> own,
                               const history_request& request, const ring::place& end)
    : dispatcher_(owner),
      ring_(ring),
      group_(std::move(own)),
      request_(request),
      end_(end),
      finder_(ring, *this, request_, end),
      moved_bytes_(owner.moved_bytes()),
      deep_(owner.deep().log == nullptr
                ? nullptr
                : std::make_unique<deep_link>(owner.deep(), group_->selection(),
                                              [this] { dispatcher_.history_came(*this); })) {
  at_.position = request.after ? *request.after + 1 : ring.first_position();
}

history_reader::~history_reader() {
  if (subscription_ != nullptr) subscription_->history_ = nullptr;
}

void history_reader::begin(subscription& of) {
  subscription_ = &of;
  of.history_ = this;
  of.waiting_ = false;  // nobody listens before the first take()
  if (!request_.continuity_lost) return;
  dispatcher_.touch(*group_);
  group_->append_continuity_lost();
}

history_reader::outcome history_reader::turn(ring::log_pin& pin, const ring::place& gate,
                                             std::int64_t deadline_ns) {
  const std::uint64_t moved_before = std::exchange(moved_bytes_, dispatcher_.moved_bytes());
  const std::uint64_t moved = moved_bytes_ - moved_before;
  fill_bytes_ = std::min<std::size_t>(std::max<std::uint64_t>(fill_bytes_max, 2 * moved),
                                      dispatcher_.limits().queue_bytes_max / 2);
  if (subscription_->stopped_) return outcome::finished;
  const bool found = found_ || find(pin, deadline_ns);
  if (found && !in_deep_) read(pin, gate, deadline_ns);
  if (found && in_deep_) read_deep(pin, gate, deadline_ns);
  pin.release();
  if (!std::exchange(begun_, true)) {
    // The turn may have ended on the way to the place that was asked for.
    subscription_->start_position_ = first_queued_.value_or(std::max(position(), first_position_));
  }
  if (found && past_end(gate)) return outcome::finished;
  if (deep_ && deep_->busy()) return outcome::waiting;
  if (!found) return starved_ ? outcome::at_end : outcome::again;
  if (in_deep_) {
    if (group_->appended_bytes() > 0) return outcome::parked;
    return starved_ ? outcome::at_end : outcome::again;
  }
  const bool at_gate = record_ == 0 && at_.position == gate.position;
  if (at_gate && !request_.until_ns) return outcome::caught_up;
  if (group_->appended_bytes() > 0) return outcome::parked;
  return at_gate ? outcome::at_end : outcome::again;
}

/// Whether everything that was asked for is queued.
bool history_reader::past_end(const ring::place& gate) const noexcept {
  if (until_reached_) return true;
  const std::uint64_t position = at_.position + record_;
  if (!request_.follow) return position >= end_.position;
  // Whatever arrives from now on is later than `until`, and all that did arrive was looked at.
  return request_.until_ns && position == gate.position &&
         dispatcher_.now_ns() >= *request_.until_ns + until_slack_ns;
}

bool history_reader::find(ring::log_pin& pin, std::int64_t deadline_ns) {
  if (searching_) return take_search();
  const auto start = finder_.turn(pin, deadline_ns);
  if (!start) return false;
  if (deep_ && start->from_front && deep_->oldest_position() < start->at.position) {
    return find_deep(*start);
  }
  found_ = true;
  at_ = start->at;
  first_position_ = std::max(at_.position, request_.after ? *request_.after + 1 : 0);
  skip_matches_ = start->skip_matches;
  history_finder::gap missed = start->missed;
  if (missed.positions != 0 && request_.since_ns && missed.why == missed_reason::retention) {
    // The finder knows only that it may be anything from the first record on.
    const std::uint64_t first = dispatcher_.times().position_at(*request_.since_ns).value_or(0);
    missed.first_position = std::clamp(first, missed.first_position, at_.position);
    missed.positions = at_.position - missed.first_position;
  }
  miss(missed.first_position, missed.positions, loss_begins_ns(missed.first_position), missed.why);
  return true;
}

void history_reader::read(ring::log_pin& pin, const ring::place& gate, std::int64_t deadline_ns) {
  const std::int64_t started = base::monotonic_now_ns();
  const std::uint64_t stop = request_.follow ? gate.position : end_.position;
  pin.seek(at_);
  for (int batches = 1; at_.position < stop; ++batches) {
    const ring::batch_header* batch = nullptr;
    const status what = pin.next(batch);
    if (what == status::lost) {
      if (deep_) {
        go_deep(position());
      } else {
        jump(pin, gate);
      }
      break;
    }
    if (what == status::end) break;  // a writer is still there
    if (request_.until_ns && batch->arrival_ns >= *request_.until_ns) {
      until_reached_ = true;
      break;
    }
    const bool early = batch->first_position + batch->count <= first_position_ ||
                       (request_.since_ns && batch->arrival_ns < *request_.since_ns);
    if (!early && !deliver(*batch, deadline_ns)) break;  // at_ still names it
    at_ = pin.at();
    if (group_->appended_bytes() >= fill_bytes_) break;
    if (batches % 64 == 0 && base::monotonic_now_ns() >= deadline_ns) break;
  }
  if (!group_->has_line_patterns()) return;
  cpu_ns_ += base::monotonic_now_ns() - started;
  if (cpu_ns_ <= history_finder::cpu_ns_max) return;
  cpu_ns_ = 0;
  const std::uint64_t from = std::max(position(), first_position_);
  if (from >= stop) return;
  miss(from, stop - from, loss_begins_ns(from), missed_reason::scan_limit);
  at_ = request_.follow ? gate : end_;
  record_ = 0;
}

/// Renders what is wanted of the batch, from record_ on. False: its time or its room is over, and
/// record_ says how far it came.
bool history_reader::deliver(const ring::batch_header& batch, std::int64_t deadline_ns) {
  const known_topic& known = topic_of(batch.tag);
  if (!known.topic) {
    miss(batch.first_position, batch.count, batch.arrival_ns, missed_reason::retention);
  }
  std::uint32_t index = std::exchange(record_, 0);
  if (!known.wanted) return true;
  if (first_position_ > batch.first_position + index) {
    index = static_cast<std::uint32_t>(first_position_ - batch.first_position);
  }
  dispatcher_.touch(*group_);
  const bool patterns = group_->has_line_patterns();
  const std::uint32_t run_records_max = patterns ? records_per_look : ~std::uint32_t{0};
  const std::size_t run_bytes_max = fill_bytes_ / 16;
  const record::batch_view records(batch.payload(), batch.payload_bytes);
  auto at = records.begin();
  for (std::uint32_t i = 0; i < index; ++i) ++at;
  for (std::uint32_t looked = 1; at != records.end(); ++looked) {
    const bool late =
        patterns && looked % records_per_look == 0 && base::monotonic_now_ns() >= deadline_ns;
    if (late || group_->appended_bytes() >= fill_bytes_) {
      record_ = index;
      return false;
    }
    bool taken = take(*at);
    const auto run = at;
    const std::uint32_t run_index = index;
    for (std::size_t bytes = 0; taken;) {
      bytes += (*at).stored();
      ++at;
      ++index;
      if (at == records.end() || bytes >= run_bytes_max || index - run_index >= run_records_max) {
        break;
      }
      taken = take(*at);
    }
    if (run != at) {
      if (!first_queued_) first_queued_ = batch.first_position + run_index;
      group_->append(run, at, {*known.topic, batch.arrival_ns, batch.first_position + run_index});
    }
    if (taken) continue;
    ++at;
    ++index;
  }
  return true;
}

bool history_reader::wanted(const record::view& r) const {
  const filter::filter& f = group_->selection();
  return r.severity() >= f.source().severity &&
         (!f.has_line_patterns() || f.matches_line(r.text()));
}

bool history_reader::take(const record::view& r) {
  if (!wanted(r)) return false;
  if (skip_matches_ == 0) return true;
  --skip_matches_;
  return false;
}

history_reader::counted history_reader::count(const ring::batch_header& batch, std::uint32_t first,
                                              std::int64_t deadline_ns) {
  if (!topic_of(batch.tag).wanted) return {};
  const filter::filter& f = group_->selection();
  if (!f.has_line_patterns() && f.source().severity == 0) return {batch.count, 0};
  counted out;
  std::uint32_t index = 0;
  for (const record::view r : record::batch_view(batch.payload(), batch.payload_bytes)) {
    if (index > first && index % records_per_look == 0 && base::monotonic_now_ns() >= deadline_ns) {
      out.next = index;
      break;
    }
    if (index++ >= first && wanted(r)) ++out.matches;
  }
  return out;
}

const history_reader::known_topic& history_reader::topic_of(std::uint32_t id) {
  if (const auto found = topics_.find(id); found != topics_.end()) return found->second;
  if (topics_.size() >= topics_known_max) topics_.clear();
  known_topic& made = topics_[id];
  made.topic = dispatcher_.topics().find(id);
  made.wanted = made.topic && group_->matches_topic(*made.topic);
  return made;
}

/// The ring has overtaken the reader: it goes on a quarter of the ring behind what will be
/// overwritten next.
void history_reader::jump(ring::log_pin& pin, const ring::place& gate) {
  // What lies in front of that was on the way only, and is nobody's loss.
  const std::uint64_t from = std::max(position(), first_position_);
  const ring::place stop = request_.follow ? gate : end_;
  ring::place to = stop;
  for (std::uint32_t back = ring_.shape().chunks * 3 / 4; back > 0; --back) {
    if (pin.seek_chunk(gate.chunk - back) != status::batch) continue;
    if (pin.at().position <= from) continue;
    if (pin.at().position < stop.position) to = pin.at();
    break;
  }
  at_ = to;
  record_ = 0;
  skip_matches_ = 0;
  miss(from, to.position - from, loss_begins_ns(from), missed_reason::overtaken);
}

void history_reader::miss(std::uint64_t first_position, std::uint64_t positions,
                          std::int64_t since_ns, missed_reason why) {
  if (positions == 0) return;
  if (!first_queued_) first_queued_ = first_position;
  dispatcher_.touch(*group_);
  group_->append_missed(positions, since_ns, why);
}

std::int64_t history_reader::loss_begins_ns(std::uint64_t position) const noexcept {
  return dispatcher_.times().arrival_at(position).value_or(dispatcher_.now_ns());
}

}  // namespace logio::hub
