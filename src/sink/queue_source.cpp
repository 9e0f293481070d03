#include "logio/sink/queue_source.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "logio/base/result.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t topics_known_max = 65'536;
constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
constexpr batch_limits never_ripe{never, never, {}};

}  // namespace

queue_source::queue_source(filter::filter wanted, std::size_t queue_bytes, std::uint64_t epoch,
                           std::uint64_t first_position)
    : wanted_(std::move(wanted)),
      queue_bytes_(queue_bytes),
      epoch_(epoch),
      end_(first_position),
      settled_(first_position),
      ripe_at_(never_ripe) {}

bool queue_source::wants(const hub::topic_ptr& topic) {
  if (const auto found = topics_.find(topic->id); found != topics_.end()) return found->second;
  if (topics_.size() >= topics_known_max) topics_.clear();
  return topics_.emplace(topic->id, wanted_.matches_topic(topic->topic)).first->second;
}

void queue_source::push(const fed_batch& b) {
  if (!wants(b.topic)) return;
  const record::severity_number least = wanted_.source().severity;
  const std::byte* const end = b.records.data() + b.records.size();
  if (least == 0) return append(b, b.records.data(), end, b.first_position, b.count);
  std::uint64_t position = b.first_position;
  for (const std::byte* at = b.records.data(); at != end;) {
    const std::byte* const from = at;
    std::uint32_t count = 0;
    for (; at != end && record::view(at).severity() >= least; ++count) {
      at += record::view(at).stored();
    }
    if (count != 0) append(b, from, at, position, count);
    position += count;
    if (at == end) return;
    at += record::view(at).stored();
    ++position;
  }
}

void queue_source::append(const fed_batch& b, const std::byte* from, const std::byte* to,
                          std::uint64_t position, std::uint32_t count) {
  const auto bytes = static_cast<std::size_t>(to - from);
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    chunk& into = open_chunk(bytes);
    const std::size_t before = into.held();
    into.bytes.insert(into.bytes.end(), from, to);
    into.runs.push_back({std::shared_ptr<const record::topic>(b.topic, &b.topic->topic),
                         b.arrival_ns, position, count, into.bytes.size()});
    into.records += count;
    queued_records_ += count;
    queued_bytes_ += bytes;
    held_bytes_ += into.held() - before;
    if (!wanted_.has_line_patterns()) matched_ += count;
    end_ = position + count;
    shed();
    tell = has_waiter_ || is_ripe(ripe_at_);
    has_waiter_ = false;
  }
  if (tell) news_.notify_one();
}

queue_source::chunk& queue_source::open_chunk(std::size_t bytes) {
  if (!queue_.empty()) {
    chunk& newest = *queue_.back();
    if (newest.bytes.capacity() - newest.bytes.size() >= bytes) return newest;
  }
  auto fresh = spare_ ? std::move(spare_) : std::make_unique<chunk>();
  fresh->bytes.reserve(std::max(bytes, chunk_bytes));
  held_bytes_ += fresh->held();
  fresh->begun = clock::now();
  queue_.push_back(std::move(fresh));
  return *queue_.back();
}

/// The newest chunk stays: a record larger than the queue must be deliverable.
void queue_source::shed() {
  while (held_bytes_ > queue_bytes_ && queue_.size() > 1) {
    const chunk& oldest = *queue_.front();
    (wanted_.has_line_patterns() ? missed_ : dropped_) += oldest.records;
    queued_records_ -= oldest.records;
    queued_bytes_ -= oldest.bytes.size();
    held_bytes_ -= oldest.held();
    queue_.pop_front();
  }
}

void queue_source::note_end(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  end_ = std::max(end_, position);
}

void queue_source::fetch(batch& out, const batch_limits& limits, clock::time_point until) {
  for (;;) {
    if (!used_up_) {
      chunk& newest = *taken_.back();
      used_up_ = take(newest, out, limits);
      if (!used_up_) break;
      const bool useless = !newest.lent;
      if (useless) drop_newest_taken();
      if (is_full(out, limits) || taken_bytes_ > queue_bytes_ / 2) break;
      if (useless && clock::now() >= until) break;
    }
    std::unique_lock lock(mutex_);
    if (out.items.empty()) wait_for_batch(lock, limits, until);
    if (queue_.empty()) break;
    take_oldest();
  }
  if (out.items.empty()) return;
  const std::lock_guard lock(mutex_);
  if (wanted_.has_line_patterns()) matched_ += out.items.size();
  fetched_since_ns_ = out.items.front().arrival_ns;
}

/// Until there is a batch, or what there is has waited long enough.
void queue_source::wait_for_batch(std::unique_lock<std::mutex>& lock, const batch_limits& limits,
                                  clock::time_point until) {
  if (queue_.empty()) {
    has_waiter_ = true;
    news_.wait_until(lock, until, [&] { return !queue_.empty() || interrupted_; });
    has_waiter_ = false;
  }
  if (!queue_.empty() && limits.age.count() != 0) {
    ripe_at_ = limits;
    news_.wait_until(lock, queue_.front()->begun + limits.age,
                     [&] { return is_ripe(limits) || interrupted_; });
    ripe_at_ = never_ripe;
  }
  interrupted_ = false;
}

void queue_source::take_oldest() {
  chunk& oldest = *queue_.front();
  queued_records_ -= oldest.records;
  queued_bytes_ -= oldest.bytes.size();
  taken_records_ += oldest.records;
  taken_bytes_ += oldest.held();
  taken_.push_back(std::move(queue_.front()));
  queue_.pop_front();
  next_ = {};
  used_up_ = false;
}

/// Goes on in `from` where the last fetch stopped. False: the batch is full, and the chunk is not
/// used up.
bool queue_source::take(chunk& from, batch& out, const batch_limits& limits) {
  const bool look = wanted_.has_line_patterns();
  for (; next_.run < from.runs.size(); ++next_.run, next_.record = 0) {
    const run& r = from.runs[next_.run];
    for (; next_.record < r.count; ++next_.record, ++next_.passed) {
      if (is_full(out, limits)) return false;
      const record::view v(from.bytes.data() + next_.at);
      const std::size_t bytes = v.text().size() + v.fields().size();
      if (!look || wanted_.matches_line(v.text())) {
        if (!out.items.empty() && out.bytes + bytes > limits.bytes) return false;
        out.items.push_back({v, r.topic.get(), r.arrival_ns, epoch_,
                             r.first_position + next_.record});
        out.bytes += bytes;
        from.lent = true;
      }
      next_.at += v.stored();
    }
  }
  return true;
}

/// Nothing of it is wanted, so nobody points into it.
void queue_source::drop_newest_taken() {
  const std::lock_guard lock(mutex_);
  taken_records_ -= taken_.back()->records;
  if (taken_.size() == 1) {
    taken_records_ += settled_to_.passed;  // these are off already
    settled_to_ = {};
  }
  release(std::move(taken_.back()));
  taken_.pop_back();
}

/// Under mutex_.
void queue_source::release(std::unique_ptr<chunk> done) {
  held_bytes_ -= done->held();
  taken_bytes_ -= done->held();
  if (spare_ || done->bytes.capacity() > chunk_bytes) return;
  spare_ = std::move(done);
  spare_->bytes.clear();
  spare_->runs.clear();
  spare_->records = 0;
  spare_->lent = false;
}

void queue_source::settle() {
  const std::lock_guard lock(mutex_);
  fetched_since_ns_ = 0;
  while (taken_.size() > (used_up_ ? 0 : 1)) {
    release(std::move(taken_.front()));
    taken_.pop_front();
  }
  if (used_up_) {
    settled_to_ = {};
    taken_records_ = 0;
    settled_ = queue_.empty() ? end_ : queue_.front()->runs.front().first_position;
  } else {
    chunk& begun = *taken_.back();
    begun.lent = false;
    settled_to_ = next_;
    taken_records_ = begun.records - next_.passed;
    settled_ = begun.runs[next_.run].first_position + next_.record;
  }
}

void queue_source::begin_at(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  end_ = settled_ = position;
}

void queue_source::take_over(queue_source& from) {
  const std::scoped_lock lock(mutex_, from.mutex_);
  queue_ = std::move(from.queue_);
  for (; !from.taken_.empty(); from.taken_.pop_back()) {
    queue_.push_front(std::move(from.taken_.back()));
  }
  for (const auto& c : queue_) {
    c->lent = false;
    queued_records_ += c->records;
    queued_bytes_ += c->bytes.size();
    held_bytes_ += c->held();
  }
  // The first one is partly done with, which only a chunk that is taken may be.
  if (from.settled_to_.at != 0) {
    take_oldest();
    next_ = settled_to_ = from.settled_to_;
    taken_records_ -= next_.passed;
  }
  if (!wanted_.has_line_patterns()) matched_ = queued_records_ + taken_records_;
  end_ = from.end_;
  settled_ = from.settled_;
  shed();
}

log_place queue_source::place() const {
  const std::lock_guard lock(mutex_);
  return {epoch_, settled_ - 1};
}

bool queue_source::exhausted() const {
  if (!taken_.empty()) return false;
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

source_counts queue_source::counts() const {
  const std::lock_guard lock(mutex_);
  source_counts out;
  out.waiting = queued_records_ + taken_records_;
  out.matched = matched_;
  out.dropped = dropped_;
  out.missed = missed_;
  out.lag_records = end_ - settled_;
  out.lag_bytes = held_bytes_;
  out.oldest_ns = fetched_since_ns_;
  if (out.oldest_ns == 0 && !queue_.empty()) out.oldest_ns = queue_.front()->runs[0].arrival_ns;
  return out;
}

void queue_source::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  news_.notify_one();
}

}  // namespace logio::sink
