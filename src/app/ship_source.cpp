#include "ship_source.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace logio::app {
namespace {

using sink::clock;

constexpr std::size_t passed_bytes = 32;  // about, of a record that an input waits for

std::size_t content_bytes(const record::view& r) noexcept {
  return r.text().size() + r.fields().size();
}

record::view record_of(const ship_piece& p, const ship_row& row) noexcept {
  return record::view(p.bytes.data() + row.at);
}

}  // namespace

bool ship_source::push(std::unique_ptr<ship_piece>& piece, clock::time_point until) {
  std::unique_lock lock(mutex_);
  const auto has_room = [&] { return held_bytes_ < held_bytes_max || is_stopped(); };
  if (!room_.wait_until(lock, until, has_room) || is_stopped()) return false;
  // What is not wanted counts too: its input remembers it until it is settled.
  piece->held_bytes = piece->bytes.capacity() + piece->rows.capacity() * sizeof(ship_row) +
                      (piece->last_number - pushed_number_) * passed_bytes;
  pushed_number_ = piece->last_number;
  held_bytes_ += piece->held_bytes;
  waiting_bytes_ += piece->bytes.size();
  waiting_records_ += piece->rows.size();
  matched_ += piece->rows.size();
  pieces_.push_back(std::move(piece));
  news_.notify_one();
  return true;
}

void ship_source::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  news_.notify_one();
}

bool ship_source::has_ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void ship_source::stop() {
  const std::lock_guard lock(mutex_);
  stopped_.store(true, std::memory_order_release);
  room_.notify_all();
}

void ship_source::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  stopped_.store(true, std::memory_order_release);
  room_.notify_all();
}

bool ship_source::wait_finished(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  return room_.wait_for(lock, wait, [&] { return finished_; });
}

std::uint64_t ship_source::settled_number() const {
  const std::lock_guard lock(mutex_);
  return settled_number_;
}

bool ship_source::has_unusable() const {
  const std::lock_guard lock(mutex_);
  return !unusable_.empty();
}

std::optional<std::string> ship_source::why_unusable(const sink::item& i) const {
  const std::lock_guard lock(mutex_);
  const auto found = unusable_.find(i.record.data());
  if (found == unusable_.end()) return std::nullopt;
  return found->second;
}

void ship_source::fetch(sink::batch& out, const sink::batch_limits& limits,
                        clock::time_point until) {
  std::unique_lock lock(mutex_);
  news_.wait_until(lock, until, [&] {
    return piece_ < pieces_.size() || ended_ || interrupted_;
  });
  if (piece_ < pieces_.size() && waiting_records_ != 0) {
    const clock::time_point due = pieces_[piece_]->begun + limits.age;
    news_.wait_until(lock, due, [&] { return is_ripe(limits) || ended_ || interrupted_; });
  }
  interrupted_ = false;
  take(out, limits);
}

void ship_source::take(sink::batch& out, const sink::batch_limits& limits) {
  while (piece_ < pieces_.size()) {
    const ship_piece& from = *pieces_[piece_];
    for (; row_ < from.rows.size(); ++row_) {
      const ship_row& row = from.rows[row_];
      const record::view r = record_of(from, row);
      const std::size_t bytes = content_bytes(r);
      const bool full = out.items.size() >= limits.records || out.bytes + bytes > limits.bytes;
      if (full && !out.items.empty()) return;
      sink::item one{r, row.topic, row.arrival_ns, row.place.epoch, row.place.position};
      if (one.epoch == 0) {
        one.epoch = epoch_;
        one.position = row.number;
      }
      if (!row.unusable.empty()) unusable_.emplace(r.data(), row.unusable);
      out.items.push_back(one);
      out.bytes += bytes;
      waiting_bytes_ -= std::min(waiting_bytes_, r.stored());
      --waiting_records_;
      ++taken_records_;
    }
    ++piece_;
    row_ = 0;
  }
}

void ship_source::settle() {
  const std::lock_guard lock(mutex_);
  taken_records_ = 0;
  unusable_.clear();
  for (; piece_ > 0; --piece_) {
    const ship_piece& done = *pieces_.front();
    settled_number_ = done.last_number;
    if (done.last_place.epoch != 0) place_ = done.last_place;
    held_bytes_ -= done.held_bytes;
    pieces_.pop_front();
  }
  if (row_ > 0) {
    const ship_row& last = pieces_.front()->rows[row_ - 1];
    settled_number_ = last.number;
    if (last.place.epoch != 0) place_ = last.place;
  }
  room_.notify_all();
}

sink::log_place ship_source::place() const {
  const std::lock_guard lock(mutex_);
  return place_;
}

bool ship_source::exhausted() const {
  const std::lock_guard lock(mutex_);
  return ended_ && piece_ == pieces_.size();
}

sink::source_counts ship_source::counts() const {
  const std::lock_guard lock(mutex_);
  sink::source_counts out;
  out.matched = matched_;
  out.waiting = waiting_records_ + taken_records_;
  out.lag_records = out.waiting;
  out.lag_bytes = held_bytes_;
  return out;
}

void ship_source::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  news_.notify_one();
}

void ship_client::deliver(std::span<const sink::item> items, sink::outcome& out) {
  if (!from_.has_unusable()) return to_->deliver(items, out);
  std::vector<sink::item> usable;
  std::vector<std::size_t> places;
  std::vector<sink::outcome::refusal> refusals;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto why = items[i].resent ? std::nullopt : from_.why_unusable(items[i]);
    if (why) {
      refusals.push_back({i, std::move(*why)});
    } else {
      usable.push_back(items[i]);
      places.push_back(i);
    }
  }
  sink::outcome part;
  part.fates.assign(usable.size(), sink::fate::pending);
  if (!usable.empty()) to_->deliver(usable, part);
  out.fates.assign(items.size(), sink::fate::refused);
  for (std::size_t i = 0; i < places.size(); ++i) out.fates[places[i]] = part.fates[i];
  for (sink::outcome::refusal& r : part.refusals) {
    refusals.push_back({places[r.item], std::move(r.why)});
  }
  out.refusals = std::move(refusals);
  out.sent_bytes = part.sent_bytes;
  out.cut_records = part.cut_records;
  out.error = std::move(part.error);
  out.busy = part.busy;
}

}  // namespace logio::app
