#include "logio/hub/subscription.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/result.hpp"
#include "logio/hub/dispatcher.hpp"
#include "logio/hub/group.hpp"
#include "logio/hub/history_reader.hpp"

namespace logio::hub {
subscription::subscription(dispatcher& owner, group& of, subscriber& listener)
    : dispatcher_(owner), group_(&of), listener_(listener) {
  group_->add(*this);
}

subscription::~subscription() { dispatcher_.unsubscribe(*this); }

void subscription::push(const block_ptr& b, mark from) {
  if (stopped_) return;
  if (size() == 0) front_ = from;
  queue_.push_back(b);
  held_bytes_ += b->allocated();
  pushed_bytes_ += b->allocated();
  // The newest block stays: a record larger than the limit must be deliverable.
  while (held_bytes_ > dispatcher_.limits().queue_bytes_max && unsent_blocks() > 1) drop_oldest();
}

bool subscription::take_backlog() noexcept {
  const std::size_t limit = dispatcher_.limits().queue_bytes_max;
  if (held_bytes_ <= limit / 2 || pushed_bytes_ < limit / 16) return false;
  pushed_bytes_ = 0;
  return true;
}

void subscription::move_to(group& other) {
  matched_elsewhere_ += group_->matched() - matched_before_;
  missed_elsewhere_ += group_->missed() - missed_before_;
  group_->remove(*this);
  group_ = &other;
  group_->add(*this);
}

void subscription::note_finished() noexcept {
  finished_ = true;
  if (!waiting_) return;
  waiting_ = false;
  listener_.on_ready();
}

std::optional<std::uint64_t> subscription::history_position() const noexcept {
  if (history_ == nullptr) return std::nullopt;
  return history_->position();
}

void subscription::pop_front() noexcept {
  held_bytes_ -= front()->allocated();
  front() = block_ptr();
  front_ = {};
  if (++head_ == queue_.size()) {
    queue_.clear();
    head_ = 0;
  } else if (head_ >= 64 && head_ * 2 >= queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

bool subscription::has_unsent() const noexcept {
  if (size() == 0) return false;
  const block& b = *queue_[head_].get();
  return size() > 1 || b.size > front_.bytes;
}

std::size_t subscription::take(std::vector<std::string_view>& pieces, std::size_t pieces_max,
                               std::size_t bytes_max) {
  LOGIO_ASSERT(taken_bytes_ == 0, "what was taken is confirmed before more is taken");
  if (!has_unsent()) {
    taken_bytes_ = take_notice(pieces);  // a loss with nothing behind it need not wait for a line
    waiting_ = taken_bytes_ == 0;
    if (waiting_ && history_ != nullptr && !finished_) dispatcher_.read_on(*history_);
    return taken_bytes_;
  }
  std::size_t total = 0;
  if (!loss_behind_front_) total += take_notice(pieces);
  mark from = front_;
  for (std::size_t i = head_; i < queue_.size(); ++i) {
    block& b = *queue_[i].get();
    if (b.size > from.bytes) {
      if (pieces.size() >= pieces_max || total >= bytes_max) break;
      pieces.emplace_back(b.data() + from.bytes, b.size - from.bytes);
      total += b.size - from.bytes;
    }
    ++taken_blocks_;
    taken_last_ = {b.size, b.records, b.missed};
    from = {};
    // What the front block still had stands before the gap.
    if (i == head_) total += take_notice(pieces);
  }
  taken_bytes_ = total;
  taken_since_ns_ = unsent_since_ns_;
  find_unsent_since();
  return total;
}

/// After whole blocks were taken or dropped from the front of what is unsent.
void subscription::find_unsent_since() noexcept {
  unsent_since_ns_ = 0;
  for (std::size_t i = head_ + taken_blocks_; i < queue_.size(); ++i) {
    if (queue_[i]->records == 0) continue;  // a notice alone
    unsent_since_ns_ = queue_[i]->first_arrival_ns;
    return;
  }
}

std::size_t subscription::take_notice(std::vector<std::string_view>& pieces) {
  if (!pending_.any()) return 0;
  notice_.clear();
  group_->format().append_loss(notice_, std::exchange(pending_, {}), dispatcher_.now_ns());
  loss_behind_front_ = false;
  pieces.emplace_back(notice_);
  return notice_.size();
}

void subscription::sent() noexcept {
  LOGIO_ASSERT(taken_bytes_ != 0, "only what was taken is confirmed");
  shard_counters& counters = dispatcher_.counters();
  const auto format = static_cast<std::size_t>(group_->format().format());
  sent_bytes_ += taken_bytes_;
  counters.sent_bytes.add(taken_bytes_);
  counters.sent_bytes_by_format[format].add(std::exchange(taken_bytes_, 0));
  const std::int64_t since_ns = std::exchange(taken_since_ns_, 0);
  if (taken_blocks_ == 0) return;  // it was a notice alone
  std::uint64_t records = 0;
  for (; taken_blocks_ > 1; --taken_blocks_) {
    records += front()->records - front_.records;
    pop_front();
  }
  records += taken_last_.records - front_.records;
  front_ = taken_last_;
  sent_ += records;
  counters.sent_records.add(records);
  counters.sent_records_by_format[format].add(records);
  // Of history, old on purpose, nobody wants to know how long it took.
  if (since_ns != 0 && since_ns >= live_from_ns_) {
    counters.publish_to_send.observe(base::unix_now_ns() - since_ns, records);
  }
  taken_blocks_ = 0;
  // Nothing unsent: let go, so that the group can use the block again.
  if (front()->size != front_.bytes) return;
  pop_front();
  loss_behind_front_ = false;
}

bool subscription::drop_oldest() noexcept {
  const std::size_t at = head_ + taken_blocks_;
  if (at >= queue_.size()) return false;
  block& b = *queue_[at].get();
  const mark from = taken_blocks_ == 0 ? front_ : mark{};
  const std::int64_t since_ns = from.records == 0 ? b.first_arrival_ns : b.last_arrival_ns;
  if (b.continuity && from.bytes == 0) {
    if (!pending_.any()) loss_behind_front_ = taken_blocks_ != 0;
    pending_.continuity = true;
  }
  drop_unqueued(b.records - from.records, since_ns);
  if (b.missed > from.missed) miss_unqueued(b.missed - from.missed, since_ns, b.missed_why);
  if (taken_blocks_ == 0) {
    pop_front();
    loss_behind_front_ = false;
  } else {
    // Behind others a block is sent from its start: this one may not come back when it has grown.
    group_->close_tail(b);
    held_bytes_ -= b.allocated();
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  find_unsent_since();
  return true;
}

void subscription::drop_unqueued(std::uint32_t records, std::int64_t since_ns) noexcept {
  if (records == 0) return;
  if (!pending_.any()) loss_behind_front_ = taken_blocks_ != 0;
  if (pending_.dropped == 0) pending_.dropped_since_ns = since_ns;
  pending_.dropped += records;
  dropped_ += records;
  dispatcher_.counters().dropped_records.add(records);
}

void subscription::miss_unqueued(std::uint64_t positions, std::int64_t since_ns,
                                 missed_reason why) noexcept {
  if (!pending_.any()) loss_behind_front_ = taken_blocks_ != 0;
  if (pending_.missed == 0) pending_.missed_since_ns = since_ns;
  pending_.missed += positions;
  pending_.missed_why = why;
}

const filter::spec& subscription::selection() const noexcept {
  return group_->selection().source();
}

subscription_counts subscription::counts() const noexcept {
  subscription_counts c;
  c.matched = matched_elsewhere_ + group_->matched() - matched_before_;
  c.missed = missed_elsewhere_ + group_->missed() - missed_before_;
  c.sent = sent_;
  c.sent_bytes = sent_bytes_;
  c.dropped = dropped_;
  c.queued = c.matched - sent_ - dropped_;
  c.queued_bytes = held_bytes_;
  return c;
}

}  // namespace logio::hub
