#include "logio/sink/journal_source.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

namespace logio::sink {
namespace {

constexpr std::size_t topics_known_max = 65'536;
constexpr unsigned frames_between_looks = 64;  // at the clock
constexpr std::size_t block_bytes = std::size_t{256} << 10;

template <class... Visitors>
struct overloaded : Visitors... {
  using Visitors::operator()...;
};

}  // namespace

std::uint64_t find_start(const remembered_place& last,
                         const std::vector<journal::epoch_start>& epochs,
                         std::uint64_t oldest_position) {
  if (!last.known) return epochs.empty() ? oldest_position : epochs.back().first_position;
  if (!last.place) return oldest_position;
  const auto of = std::find_if(epochs.begin(), epochs.end(), [&](const journal::epoch_start& e) {
    return e.epoch == last.place->epoch;
  });
  if (of == epochs.end()) return oldest_position;
  const std::uint64_t next = last.place->position + 1;
  const auto behind = of + 1;
  // What was not on disk when the machine went down is gone, and its positions were given again.
  return behind == epochs.end() ? next : std::min(next, behind->first_position);
}

journal_source::journal_source(filter::filter wanted, const journal::directory& in,
                               const journal::writer& by, std::uint64_t epoch,
                               std::uint64_t start, std::function<std::uint64_t()> log_end)
    : wanted_(std::move(wanted)),
      directory_(in),
      writer_(by),
      epoch_(epoch),
      log_end_(std::move(log_end)),
      follower_(in, by),
      position_(start),
      settled_(start) {
  follower_.seek(start);
  follower_.want([this](const record::topic_view& t) { return wanted_.matches_topic(t); });
}

void journal_source::note_written() {
  {
    const std::lock_guard lock(mutex_);
    written_ = true;
  }
  news_.notify_one();
}

void journal_source::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  news_.notify_one();
}

/// False: it was interrupted, or the time is over.
bool journal_source::wait(clock::time_point until) {
  std::unique_lock lock(mutex_);
  news_.wait_until(lock, until, [&] { return written_ || interrupted_; });
  const bool more = written_ && !interrupted_;
  written_ = false;
  return more;
}

void journal_source::fetch(batch& out, const batch_limits& limits, clock::time_point until) {
  clock::time_point enough = until;
  for (unsigned frames = 1;; ++frames) {
    if (at_ != nullptr) {
      const bool first = out.items.empty();
      if (!take(out, limits)) break;  // full
      if (first && !out.items.empty()) enough = clock::now() + limits.age;
    }
    // Rare ones far behind must neither keep the place from being saved nor a drain from ending.
    if (frames % frames_between_looks == 0 &&
        (interrupted_.load() || clock::now() >= std::max(until, enough))) {
      break;
    }
    if (read_on()) continue;
    // The end of what is written.
    const clock::time_point wait_until = out.items.empty() ? until : enough;
    if (clock::now() >= wait_until) break;
    follower_.rest();
    if (!wait(wait_until)) break;
  }
  interrupted_.store(false);
  matched_.fetch_add(out.items.size(), std::memory_order_relaxed);
  if (!out.items.empty()) {
    fetched_since_ns_.store(out.items.front().arrival_ns, std::memory_order_relaxed);
  }
}

/// Goes to the next frame; false: there is none now.
bool journal_source::read_on() {
  using journal::follower;
  trouble_.clear();
  return std::visit(
      overloaded{[&](const follower::found_batch& b) {
                   const std::uint64_t before = position_;
                   frame_ = b;
                   at_ = b.records.records.data();
                   position_ = b.records.first_position;
                   for (; position_ < before; ++position_) at_ += record::view(at_).stored();
                   return true;
                 },
                 [&](const follower::missed& m) {
                   missed_.fetch_add(m.count, std::memory_order_relaxed);
                   position_ = m.first_position + m.count;
                   return true;
                 },
                 [&](const follower::skipped&) {
                   position_ = follower_.position();
                   return true;
                 },
                 [](const follower::end&) { return false; },
                 [&](const follower::failed& f) {
                   trouble_ = fmt::format("cannot read the journal in {}: {}; look at the disk, "
                                          "its permissions and the limit of open files",
                                          directory_.path(), f.why.message());
                   return false;
                 }},
      follower_.next());
}

/// What is wanted of the frame, from at_ on. False: the batch is full.
bool journal_source::take(batch& out, const batch_limits& limits) {
  const auto& records = frame_.records;
  const known_topic& of = know(*frame_.topic);
  const record::severity_number least = wanted_.source().severity;
  const std::byte* const end = records.records.data() + records.records.size();
  begun_.store(records.first_position + records.count, std::memory_order_seq_cst);
  const std::uint64_t last = end_.load(std::memory_order_seq_cst);
  if (position_ >= last) return false;
  if (!of.wanted) at_ = end;
  while (at_ != end) {
    if (position_ >= last) return false;
    const record::view r(at_);
    if (r.severity() >= least && wanted_.matches_line(r.text())) {
      const std::size_t bytes = r.text().size() + r.fields().size();
      if (!out.items.empty() &&
          (out.items.size() >= limits.records || out.bytes + bytes > limits.bytes)) {
        return false;
      }
      out.items.push_back({keep(r), of.topic, records.arrival_ns, frame_.epoch, position_});
      out.bytes += bytes;
    }
    at_ += r.stored();
    ++position_;
  }
  at_ = nullptr;
  position_ = records.first_position + records.count;
  return true;
}

const journal_source::known_topic& journal_source::know(const record::topic& t) {
  if (last_.topic == nullptr || *last_.topic != t) {
    const auto [found, fresh] = topics_.try_emplace(t, false);
    if (fresh) found->second = wanted_.matches_topic(t);
    last_ = {&found->first, found->second};
  }
  return last_;
}

record::view journal_source::keep(const record::view& r) {
  const std::size_t bytes = r.stored();
  if (bytes > block_room_) {
    block_room_ = std::max(bytes, block_bytes);
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block_room_));
    block_at_ = blocks_.back().get();
  }
  std::byte* const to = block_at_;
  std::memcpy(to, r.data(), bytes);
  block_at_ += bytes;
  block_room_ -= bytes;
  return record::view(to);
}

void journal_source::settle() {
  settled_.store(position_, std::memory_order_release);
  fetched_since_ns_.store(0, std::memory_order_relaxed);
  // The last block is used again, unless it was made for one large record.
  if (!blocks_.empty()) {
    auto last = std::move(blocks_.back());
    const auto used = static_cast<std::size_t>(block_at_ - last.get());
    blocks_.clear();
    if (used + block_room_ == block_bytes) {
      block_at_ = last.get();
      block_room_ = block_bytes;
      blocks_.push_back(std::move(last));
    } else {
      block_room_ = 0;
    }
  }
  if (topics_.size() > topics_known_max) {
    topics_.clear();
    last_ = {};
  }
}

log_place journal_source::place() const {
  return {epoch_, settled_.load(std::memory_order_acquire) - 1};
}

std::uint64_t journal_source::end_at(std::uint64_t position) {
  end_.store(position, std::memory_order_seq_cst);
  return std::max(position, begun_.load(std::memory_order_seq_cst));
}

std::uint64_t journal_source::end() const {
  return std::min(log_end_(), end_.load(std::memory_order_relaxed));
}

bool journal_source::exhausted() const { return position_ >= end(); }

std::int64_t journal_source::next_segment_ns() const {
  const std::uint64_t settled = settled_.load(std::memory_order_acquire);
  for (const journal::segment_info& s : directory_.segments()) {
    if (s.next_position > settled) return s.last_arrival_ns;
  }
  return 0;
}

std::uint64_t journal_source::bytes_from(std::uint64_t position) const {
  std::uint64_t bytes = 0, active_first = position;
  for (const journal::segment_info& s : directory_.segments()) {
    active_first = std::max(active_first, s.next_position);
    if (s.next_position <= position) continue;
    const std::uint64_t first = s.head.first_position;
    bytes += first >= position ? s.bytes
                               : s.bytes / (s.next_position - first) * (s.next_position - position);
  }
  // The segment that is written now: as if its records were of one size.
  const std::uint64_t end = writer_.written_position();
  if (end > active_first && position < end) bytes += writer_.active_bytes();
  return bytes;
}

source_counts journal_source::counts() const {
  source_counts out;
  const std::uint64_t settled = settled_.load(std::memory_order_acquire);
  const std::uint64_t end = this->end();
  out.matched = matched_.load(std::memory_order_relaxed);
  out.missed = missed_.load(std::memory_order_relaxed);
  out.lag_records = end > settled ? end - settled : 0;
  if (out.lag_records != 0) out.lag_bytes = bytes_from(settled);
  out.waiting = out.lag_records;
  out.oldest_ns = fetched_since_ns_.load(std::memory_order_relaxed);
  return out;
}

}  // namespace logio::sink
