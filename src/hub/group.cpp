#include "logio/hub/group.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "logio/base/result.hpp"
#include "logio/hub/dispatcher.hpp"

namespace logio::hub {

group::group(dispatcher& owner, filter::filter f, encoder& format, std::uint64_t serial)
    : dispatcher_(owner), filter_(std::move(f)), encoder_(format), serial_(serial) {}

bool group::matches_topic(const topic_info& topic) {
  const auto& t = topic.topic;
  const auto& source = filter_.source();
  // A parameter that was not given matches everything and needs no memory.
  return (source.app.empty() ||
          app_(t.app, [&](std::string_view v) { return filter_.app(v); })) &&
         (source.proc.empty() ||
          proc_(t.proc, [&](std::string_view v) { return filter_.proc(v); })) &&
         (source.host.empty() ||
          host_(t.host, [&](std::string_view v) { return filter_.host(v); }));
}

bool group::open_tail(std::size_t data_bytes) {
  flush();  // so that room is made from what is known to be held
  // Blocks grow as they fill: a trickle costs 4 KiB, a flood works in 64 KiB.
  const std::size_t bytes = std::max(data_bytes, next_bytes_ - sizeof(block));
  tail_ = block_ptr();
  if (!dispatcher_.make_room(bytes + sizeof(block))) return false;
  tail_ = dispatcher_.pool().allocate(bytes);
  // A small queue gets small blocks, for shedding drops whole ones.
  const std::size_t usual = std::bit_floor(dispatcher_.limits().queue_bytes_max / 8);
  next_bytes_ = std::min(next_bytes_ * 2, std::clamp(usual, block_pool::allocated_min,
                                                     block_pool::allocated_usual_max));
  fresh_.push_back({tail_, {}});
  return true;
}

bool group::ensure_tail_is_fresh() {
  if (!fresh_.empty()) return true;  // already listed since the last flush
  if (!tail_) return open_tail(0);
  if (tail_->references == 1) {  // nobody but the group holds it: all of it was sent
    *tail_.get() = block{&dispatcher_.pool(), 1, tail_->capacity};
  }
  fresh_.push_back({tail_, {tail_->size, tail_->records, tail_->missed}});
  return true;
}

void group::append(record::iterator at, const record::iterator& end, origin from) {
  const record::severity_number least = filter_.source().severity;
  if (least == 0) return append_run(at, end, from);
  while (at != end) {
    if ((*at).severity() < least) {
      ++at;
      ++from.position;
      continue;
    }
    record::iterator behind = at;
    std::uint64_t count = 0;
    for (; behind != end && (*behind).severity() >= least; ++behind) ++count;
    append_run(at, behind, from);
    from.position += count;
    at = behind;
  }
}

void group::append_run(record::iterator at, const record::iterator& end, origin from) {
  if (!ensure_tail_is_fresh()) return shed_new(at, end, from.arrival_ns);
  for (;;) {
    block& b = *tail_.get();
    const auto done = encoder_.encode(at, end, from, b.data() + b.size, b.room());
    if (done.records > 0) {
      if (b.records == 0) b.first_arrival_ns = from.arrival_ns;
      b.last_arrival_ns = from.arrival_ns;
      b.size += static_cast<std::uint32_t>(done.bytes);
      b.records += done.records;
      if (fresh_since_ns_ == 0) fresh_since_ns_ = from.arrival_ns;
      matched_ += done.records;
      appended_bytes_ += done.bytes;
      from.position += done.records;
    }
    if (at == end) return;
    if (!open_tail(encoder_.bound(*at, from.topic))) return shed_new(at, end, from.arrival_ns);
  }
}

void group::shed_new(record::iterator at, const record::iterator& end, std::int64_t arrival_ns) {
  std::uint32_t records = 0;
  for (; at != end; ++at) ++records;
  matched_ += records;
  for (subscription* member : members_) member->drop_unqueued(records, arrival_ns);
}

void group::append_missed(std::uint64_t positions, std::int64_t since_ns, missed_reason why) {
  loss what;
  what.missed = positions;
  what.missed_since_ns = since_ns;
  what.missed_why = why;
  missed_ += positions;
  missed_by(dispatcher_.counters(), why).add(positions * members_.size());
  if (!append_notice(what)) {
    for (subscription* member : members_) member->miss_unqueued(positions, since_ns, why);
    return;
  }
  tail_->missed += positions;
  tail_->missed_why = why;
}

void group::append_continuity_lost() {
  loss what;
  what.continuity = true;
  if (append_notice(what)) {
    tail_->continuity = true;
    return;
  }
  for (subscription* member : members_) member->pending_.continuity = true;
}

/// False: there is no room for it.
bool group::append_notice(const loss& what) {
  std::string notice;
  encoder_.append_loss(notice, what, dispatcher_.now_ns());
  if (!ensure_tail_is_fresh() ||
      (tail_->room() < notice.size() && !open_tail(notice.size()))) {
    return false;
  }
  block& b = *tail_.get();
  std::memcpy(b.data() + b.size, notice.data(), notice.size());
  b.size += static_cast<std::uint32_t>(notice.size());
  return true;
}

void group::flush() {
  for (subscription* member : members_) {
    auto from = fresh_.begin();
    // A member that still holds the block with which the news begin sees it grow.
    if (member->size() > 0 && from != fresh_.end() && member->queue_.back() == from->data) ++from;
    for (; from != fresh_.end(); ++from) member->push(from->data, from->from);
    if (member->unsent_since_ns_ == 0) member->unsent_since_ns_ = fresh_since_ns_;
  }
  fresh_.clear();
  fresh_since_ns_ = 0;
}

void group::wake_members() noexcept {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    subscription& member = *members_[i];
    if (member.waiting_) {
      if (!member.has_news()) continue;
      member.waiting_ = false;
      member.listener_.on_ready();
    } else if (member.take_backlog()) {
      member.listener_.on_backlog();
    }
  }
}

void group::add(subscription& member) {
  member.member_index_ = members_.size();
  member.matched_before_ = matched_;
  member.missed_before_ = missed_;
  members_.push_back(&member);
}

void group::remove(subscription& member) noexcept {
  subscription* last = members_.back();
  members_[member.member_index_] = last;
  last->member_index_ = member.member_index_;
  members_.pop_back();
}

void group::release_idle_tail() noexcept {
  if (!fresh_.empty() || !tail_ || tail_->references != 1) return;
  tail_ = block_ptr();
  next_bytes_ = block_pool::allocated_min;
}

}  // namespace logio::hub
