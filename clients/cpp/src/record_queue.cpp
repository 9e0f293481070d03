#include "record_queue.hpp"

#include <algorithm>
#include <bit>

namespace logio::client {
namespace {

constexpr std::size_t first_batch_bytes = 512;
constexpr std::size_t usual_line_bytes = 64 * 1024;

}  // namespace

record_queue::record_queue(std::size_t bytes_max, std::size_t records_max)
    : bytes_max_(bytes_max),
      records_max_(records_max),
      batch_bytes_max_(std::bit_floor(
          std::clamp(bytes_max / 16, first_batch_bytes, std::size_t{64 * 1024}))) {}

void record_queue::note_loss(std::uint64_t records, std::int64_t since_ns) noexcept {
  if (dropped_unsaid_ == 0) dropped_since_ns_ = since_ns;
  dropped_unsaid_ += records;
  dropped_ += records;
}

void record_queue::drop_oldest() noexcept {
  const batch& oldest = waiting_.front();
  note_loss(oldest.records, oldest.since_ns);
  held_bytes_ -= oldest.held_bytes();
  held_records_ -= oldest.records;
  if (flush_waiting_ > 0) {
    --flush_waiting_;
    flush_lost_ = true;
  }
  waiting_.pop_front();
}

void record_queue::drop_all() noexcept {
  while (!waiting_.empty()) drop_oldest();
}

/// False: what is in flight leaves no room.
bool record_queue::make_room(std::size_t bytes) {
  while (held_bytes_ + bytes > bytes_max_ || held_records_ >= records_max_) {
    if (waiting_.empty()) return false;
    drop_oldest();
  }
  return true;
}

void record_queue::add(const record& line) {
  line_.clear();
  writer_.append(line_, line);
  const auto fits = [&] {
    return !sealed_ && !waiting_.empty() &&
           waiting_.back().bytes.size() + line_.size() <= batch_bytes_max_;
  };
  bool room = true;
  if (fits()) {
    std::string& bytes = waiting_.back().bytes;
    const std::size_t wanted = std::bit_ceil(bytes.size() + line_.size());
    room = make_room(wanted > bytes.capacity() ? wanted - bytes.capacity() : 0);
  }
  if (!fits()) {  // or not any more
    const std::size_t wanted =
        line_.size() > batch_bytes_max_ ? line_.size()
                                        : std::max(std::bit_ceil(line_.size()), first_batch_bytes);
    room = make_room(wanted + sizeof(batch) + 1);
    if (room) {
      batch& fresh = waiting_.emplace_back();
      sealed_ = false;
      fresh.since_ns = line.time_ns;
      fresh.bytes.reserve(wanted);
      held_bytes_ += fresh.held_bytes();
    }
  }
  if (room) {
    batch& last = waiting_.back();
    held_bytes_ -= last.held_bytes();
    last.bytes += line_;
    held_bytes_ += last.held_bytes();
    ++last.records;
    ++last.numbers;
    ++held_records_;
  } else {
    note_loss(1, line.time_ns);
  }
  if (line_.capacity() > usual_line_bytes) line_ = std::string();
}

std::optional<batch> record_queue::take(std::int64_t now_ns) {
  const std::size_t bytes = waiting_.empty() ? 0 : waiting_.front().held_bytes();
  if (flight_bytes_ != 0 && flight_bytes_ + bytes > bytes_max_ / 2) return std::nullopt;
  if (dropped_unsaid_ != 0) {
    batch notice;
    writer_.append_loss(notice.bytes, dropped_unsaid_, dropped_since_ns_, now_ns);
    notice.numbers = 1;
    dropped_unsaid_ = 0;
    held_bytes_ += notice.held_bytes();
    flight_bytes_ += notice.held_bytes();
    ++flight_batches_;
    if (flush_waiting_ > 0) ++flush_flight_;
    return notice;
  }
  if (waiting_.empty()) return std::nullopt;
  batch next = std::move(waiting_.front());
  waiting_.pop_front();
  flight_bytes_ += bytes;
  ++flight_batches_;
  if (flush_waiting_ > 0) {
    --flush_waiting_;
    ++flush_flight_;
  }
  return next;
}

void record_queue::release(const batch& b) noexcept {
  held_bytes_ -= b.held_bytes();
  flight_bytes_ -= b.held_bytes();
  --flight_batches_;
  if (flush_flight_ > 0) --flush_flight_;  // they are settled in order
  held_records_ -= b.records;
}

void record_queue::begin_flush() noexcept {
  flush_waiting_ = waiting_.size();
  flush_flight_ = flight_batches_;
  flush_lost_ = false;
  sealed_ = !waiting_.empty();
}

}  // namespace logio::client
