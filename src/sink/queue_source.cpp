#include "logio/sink/queue_source.hpp"

#include <algorithm>
#include <utility>

#include "logio/base/result.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t topics_known_max = 65'536;

}  // namespace

queue_source::queue_source(filter::filter wanted, std::size_t queue_bytes, std::uint64_t epoch,
                           std::uint64_t first_position)
    : wanted_(std::move(wanted)),
      queue_bytes_(queue_bytes),
      epoch_(epoch),
      end_(first_position),
      settled_(first_position) {}

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
  {
    const std::lock_guard lock(mutex_);
    chunk& into = open_chunk(bytes);
    const std::size_t before = into.held();
    into.bytes.insert(into.bytes.end(), from, to);
    into.runs.push_back({std::shared_ptr<const record::topic>(b.topic, &b.topic->topic),
                         b.arrival_ns, position, count, into.bytes.size()});
    into.records += count;
    held_bytes_ += into.held() - before;
    if (!wanted_.has_line_patterns()) matched_ += count;
    end_ = position + count;
    shed();
  }
  news_.notify_one();
}

queue_source::chunk& queue_source::open_chunk(std::size_t bytes) {
  if (!queue_.empty()) {
    chunk& newest = *queue_.back();
    if (newest.bytes.capacity() - newest.bytes.size() >= bytes) return newest;
  }
  auto fresh = spare_ ? std::move(spare_) : std::make_unique<chunk>();
  fresh->bytes.reserve(std::max(bytes, chunk_bytes));
  held_bytes_ += fresh->held();
  queue_.push_back(std::move(fresh));
  return *queue_.back();
}

/// The newest chunk stays: a record larger than the queue must be deliverable.
void queue_source::shed() {
  while (held_bytes_ > queue_bytes_ && queue_.size() > 1) {
    (wanted_.has_line_patterns() ? missed_ : dropped_) += queue_.front()->records;
    held_bytes_ -= queue_.front()->held();
    queue_.pop_front();
  }
}

void queue_source::note_end(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  end_ = std::max(end_, position);
}

void queue_source::fetch(batch& out, const batch_limits& limits, clock::time_point until) {
  for (;;) {
    if (!taken_.empty()) take(*taken_.back(), out, limits);
    if (is_full(out, limits)) break;
    std::unique_lock lock(mutex_);
    if (queue_.empty() && out.items.empty()) {
      news_.wait_until(lock, until, [&] { return !queue_.empty() || interrupted_; });
      interrupted_ = false;
    }
    if (queue_.empty()) break;
    taken_.push_back(std::move(queue_.front()));
    queue_.pop_front();
    run_ = record_ = at_ = 0;
  }
  if (out.items.empty()) return;
  const std::lock_guard lock(mutex_);
  if (wanted_.has_line_patterns()) matched_ += out.items.size();
  fetched_since_ns_ = out.items.front().arrival_ns;
}

/// Goes on in `from` where the last fetch stopped.
void queue_source::take(const chunk& from, batch& out, const batch_limits& limits) {
  const bool look = wanted_.has_line_patterns();
  for (; run_ < from.runs.size(); ++run_, record_ = 0) {
    const run& r = from.runs[run_];
    for (; record_ < r.count; ++record_) {
      if (is_full(out, limits)) return;
      const record::view v(from.bytes.data() + at_);
      const std::size_t bytes = v.text().size() + v.fields().size();
      if (!look || wanted_.matches_line(v.text())) {
        if (!out.items.empty() && out.bytes + bytes > limits.bytes) return;
        out.items.push_back({v, r.topic.get(), r.arrival_ns, epoch_, r.first_position + record_});
        out.bytes += bytes;
      }
      at_ += v.stored();
    }
  }
}

void queue_source::settle() {
  const bool finished = taken_.empty() || run_ == taken_.back()->runs.size();
  const std::lock_guard lock(mutex_);
  fetched_since_ns_ = 0;
  while (taken_.size() > (finished ? 0 : 1)) {
    held_bytes_ -= taken_.front()->held();
    if (!spare_ && taken_.front()->bytes.capacity() <= chunk_bytes) {
      spare_ = std::move(taken_.front());
      spare_->bytes.clear();
      spare_->runs.clear();
      spare_->records = 0;
    }
    taken_.pop_front();
  }
  if (!finished) {
    settled_ = taken_.back()->runs[run_].first_position + record_;
  } else {
    settled_ = queue_.empty() ? end_ : queue_.front()->runs.front().first_position;
  }
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
