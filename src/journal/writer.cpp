#include "logio/journal/writer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

#include "active_segment.hpp"
#include "client_book.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/posix_file.hpp"
#include "logio/base/quantity.hpp"

namespace logio::journal {
namespace {

using base::log_level;
using std::chrono::milliseconds;

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr std::size_t hurry_bytes = std::size_t{256} << 10;  // this much does not linger
constexpr std::size_t spares_max = 16;
constexpr milliseconds retry_delay{100}, look_interval{1000};
constexpr base::log_source speaker{"journal"};

/// Notes since when the disk is being asked.
class disk_call {
 public:
  explicit disk_call(std::atomic<std::int64_t>& since) : since_(since) {
    since_.store(base::monotonic_now_ns(), std::memory_order_relaxed);
  }
  ~disk_call() { since_.store(0, std::memory_order_relaxed); }
  disk_call(const disk_call&) = delete;

 private:
  std::atomic<std::int64_t>& since_;
};

std::uint32_t random_salt() {
  std::random_device source;
  return source();
}

}  // namespace

writer::writer(directory& in, const writer_options& options, const segment_head& first,
               writer_events events)
    : directory_(in),
      options_(options),
      events_(std::move(events)),
      keep_(options.keep),
      clients_(std::make_unique<client_book>()),
      active_told_(std::make_unique<active_segment>()),
      written_(first.first_position),
      durable_(first.first_position) {
  for (const client_state& c : in.recovered().clients) clients_->note(c.id, c.highest, c.used_ns);
  begin_segment(first, first.created_ns);
  disk_ = std::thread([this] { run(); });
}

writer::~writer() {
  if (disk_.joinable()) close(clock::now());
}

void writer::begin_segment(const segment_head& head, std::int64_t now_ns) {
  segment_head h = head;
  h.salt = random_salt();
  builder_ = std::make_unique<segment_builder>(h);
  current_.opens = std::make_unique<segment_head>(h);
  builder_->begin(current_.bytes);
  builder_->add_clients(current_.bytes, clients_->newest(now_ns));
  begun_bytes_ = builder_->made_bytes();
  pieced_marks_ = 0;
}

void writer::seal_segment() {
  builder_->seal(current_.bytes);
  current_.seals = std::make_unique<segment_summary>(builder_->summary());
  push_current();
}

void writer::push_current() {
  buffered_ += current_.bytes.size() - counted_current_;
  counted_current_ = 0;
  current_.next_position = builder_->next_position();
  const std::vector<mark>& marks = builder_->summary().marks();
  current_.marks.assign(marks.begin() + static_cast<std::ptrdiff_t>(pieced_marks_), marks.end());
  pieced_marks_ = marks.size();
  full_.push_back(std::move(current_));
  current_ = piece();
  if (!spares_.empty()) {
    current_.bytes = std::move(spares_.back());
    spares_.pop_back();
  }
}

bool writer::has_room(std::size_t frame_bytes) const noexcept {
  // One that is larger than the whole buffer goes alone.
  return buffered_ == 0 || buffered_ + frame_bytes <= options_.buffer_bytes;
}

/// One without records never is: the next one would have its name.
bool writer::is_long_enough(std::int64_t now_ns) const noexcept {
  constexpr std::int64_t segments_of_age_max = 8;
  if (builder_->next_position() == builder_->head().first_position) return false;
  return builder_->made_bytes() - begun_bytes_ >= options_.segment_bytes ||
         now_ns - builder_->head().created_ns > keep_.age_max.count() / segments_of_age_max;
}

void writer::begin_append() {
  if (full_.empty() && current_.bytes.empty()) first_waiting_ = clock::now();
}

void writer::end_append() {
  if (current_.bytes.size() >= piece_bytes) {
    push_current();
  } else {
    buffered_ += current_.bytes.size() - counted_current_;
    counted_current_ = current_.bytes.size();
  }
  if (disk_idle_ || buffered_ >= hurry_bytes) work_.notify_one();
}

bool writer::try_append(const batch& b, const record::topic_view& topic) {
  const std::lock_guard lock(mutex_);
  if (!has_room(frame_bytes(batch_head_bytes + padded(b.client.size()) + b.records.size()))) {
    return false;
  }
  begin_append();
  if (is_long_enough(b.arrival_ns)) {
    seal_segment();
    begin_segment({builder_->head().epoch, b.first_position, b.arrival_ns, 0}, b.arrival_ns);
  }
  if (!builder_->knows(b.topic)) {
    builder_->add_topic(current_.bytes, b.topic, topic);
    current_.topics.push_back({b.topic, builder_->summary().topics().at(b.topic).topic});
  }
  builder_->add_batch(current_.bytes, b);
  clients_->note(b.client, b.sequence, b.arrival_ns);
  end_append();
  return true;
}

bool writer::try_append(const gap& g) {
  const std::lock_guard lock(mutex_);
  if (!has_room(frame_head_bytes)) return false;
  begin_append();
  builder_->add_gap(current_.bytes, g);
  end_append();
  return true;
}

void writer::wait_for_room(milliseconds at_most) {
  std::unique_lock lock(mutex_);
  room_.wait_for(lock, at_most, [this] { return buffered_ < options_.buffer_bytes / 2; });
}

std::string writer::stalled_because() const {
  {
    const std::lock_guard lock(mutex_);
    if (!sync_error_.empty()) return sync_error_;
    if (!stalled_because_.empty()) return stalled_because_;
  }
  if (!is_hanging()) return {};
  return fmt::format("{}: the disk has not answered for {} s", directory_.path(),
                     std::chrono::duration_cast<std::chrono::seconds>(call_time()).count());
}

/// Of the call that the disk has not answered yet; 0: there is none.
writer::clock::duration writer::call_time() const noexcept {
  const std::int64_t since = calling_since_.load(std::memory_order_relaxed);
  if (since == 0) return {};
  return std::chrono::nanoseconds(base::monotonic_now_ns() - since);
}

bool writer::is_hanging() const noexcept { return call_time() >= hang_time; }

void writer::hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurrying_ = true;
  }
  work_.notify_all();
}

bool writer::is_hurrying() const {
  const std::lock_guard lock(mutex_);
  return hurrying_;
}

std::uint64_t writer::close(clock::time_point deadline) {
  std::uint64_t end = 0;
  {
    const std::lock_guard lock(mutex_);
    end = builder_->next_position();
    begin_append();
    seal_segment();
    closing_ = hurrying_ = true;
    close_by_ = deadline;
  }
  work_.notify_all();
  disk_.join();
  return end - written_position();
}

// What follows runs on the disk thread.

void writer::run() {
  std::deque<piece> pieces;
  look_due_ = sync_due_ = clock::now();
  for (bool more = true; more;) {
    more = take(pieces);
    for (; !pieces.empty(); pieces.pop_front()) {
      if (!write(pieces.front())) return;  // given up
      give_back(pieces.front());
    }
    sync_when_due();
    look_after_disk();
  }
}

/// What is to be written now, or nothing when there is other work. False: it is the last.
bool writer::take(std::deque<piece>& out) {
  std::unique_lock lock(mutex_);
  const auto until = unsynced_ && !sync_failed_ ? std::min(sync_due_, look_due_) : look_due_;
  const bool sync_now =
      unsynced_ && hurrying_ && !sync_failed_ && options_.fsync == fsync_policy::interval;
  if (full_.empty() && current_.bytes.empty() && !closing_ && !sync_now) {
    disk_idle_ = true;
    work_.wait_until(lock, until);
    disk_idle_ = false;
  }
  if (!full_.empty() || !current_.bytes.empty()) {
    work_.wait_until(lock, first_waiting_ + linger,
                     [this] { return closing_ || buffered_ >= hurry_bytes; });
  }
  if (!current_.bytes.empty()) push_current();
  out.swap(full_);
  return !closing_;
}

void writer::give_back(piece& p) {
  const std::lock_guard lock(mutex_);
  buffered_ -= p.bytes.size();
  if (spares_.size() < spares_max && p.bytes.capacity() <= 2 * piece_bytes) {
    p.bytes.clear();
    spares_.push_back(std::move(p.bytes));
  }
  if (buffered_ < options_.buffer_bytes / 2) room_.notify_one();
}

/// Until it is written, or given up at the close's deadline: false.
bool writer::write(const piece& p) {
  std::uint64_t done = 0;
  while (!try_write(p, done)) {
    if (!pause()) return false;
  }
  set_stalled("");
  active_bytes_.store(p.seals ? 0 : file_at_, std::memory_order_relaxed);
  tell_followers(p);
  // release: partner is written_position(); who sees it finds what was told before.
  written_.store(p.next_position, std::memory_order_release);
  if (events_.on_written) events_.on_written();
  if (options_.fsync == fsync_policy::always && unsynced_) {
    const disk_call calling(calling_since_);
    (void)sync();
  }
  advance();
  return true;
}

/// A sealed segment is in the directory by now.
void writer::tell_followers(const piece& p) {
  if (p.seals) return active_told_->end();
  if (p.opens) active_told_->begin(*p.opens);
  active_told_->extend(file_at_, p.next_position, {p.marks, p.topics});
}

/// One step of what a piece asks for: opening its segment, writing, sealing. `done` is how many of
/// its bytes are in the file already.
bool writer::try_write(const piece& p, std::uint64_t& done) {
  const disk_call calling(calling_since_);
  error_code why;
  if (p.opens && !file_) why = open_segment(p);
  if (!why && name_unsynced_) {
    why = directory_.sync_segments();
    name_unsynced_ = bool(why);
  }
  if (!why && done < p.bytes.size()) {
    const clock::time_point began = clock::now();
    const std::size_t n = file_->write_at(file_at_, std::span(p.bytes).subspan(done), why);
    if (events_.on_write) events_.on_write(clock::now() - began);
    done += n;
    file_at_ += n;
    if (n != 0) unsynced_ = true;
  }
  if (!why && p.seals) why = close_segment(p);
  if (!why) return true;
  const std::string what = fmt::format("{}: {}", directory_.path(), why.message());
  const bool full = why == boost::system::errc::no_space_on_device || why.value() == EDQUOT;
  if (full && free_disk(what)) return try_write(p, done);
  set_stalled(what);
  return false;
}

error_code writer::open_segment(const piece& p) {
  active_ = segment_info();
  active_.head = *p.opens;
  active_.name = segment_file_name(p.opens->epoch, p.opens->first_position);
  auto file = base::posix_file::open(directory_.segment_path(active_.name),
                                     base::posix_file::mode::write_new);
  if (!file) return file.error();
  file_ = std::make_unique<base::posix_file>(std::move(*file));
  file_at_ = 0;
  name_unsynced_ = true;
  return {};
}

error_code writer::close_segment(const piece& p) {
  if (unsynced_) (void)sync();  // what failed is said, and nothing of it acknowledged
  file_.reset();
  active_.bytes = file_at_;
  active_.take(p.seals->next_position(), *p.seals);
  directory_.add(active_);
  return {};
}

error_code writer::sync() {
  const clock::time_point began = clock::now();
  sync_due_ = began + options_.fsync_interval;
  if (!sync_failed_) {
    sync_failed_ = file_->sync();
    if (events_.on_sync) events_.on_sync(clock::now() - began);
  }
  if (!sync_failed_) {
    unsynced_ = false;
    return {};
  }
  const std::lock_guard lock(mutex_);
  if (sync_error_.empty()) {
    sync_error_ = fmt::format("{}: cannot sync: {}", directory_.path(), sync_failed_.message());
    base::log(log_level::error, speaker,
              "{}. Nothing is acknowledged from here on; mend the disk and start the hub again",
              sync_error_);
  }
  return sync_failed_;
}

void writer::sync_when_due() {
  if (!unsynced_ || !file_ || sync_failed_ || options_.fsync != fsync_policy::interval) return;
  if (clock::now() < sync_due_ && !is_hurrying()) return;
  const disk_call calling(calling_since_);
  if (!sync()) advance();
}

void writer::advance() {
  const bool synced = options_.fsync == fsync_policy::never || !unsynced_;
  const std::uint64_t to = written_.load(std::memory_order_relaxed);
  if (!synced || to == durable_.load(std::memory_order_relaxed)) return;
  durable_.store(to, std::memory_order_release);
  if (events_.on_progress) events_.on_progress();
}

void writer::keep(const retention& as) {
  const std::lock_guard lock(mutex_);
  keep_ = as;
}

retention writer::kept() const {
  const std::lock_guard lock(mutex_);
  return keep_;
}

/// Once a second: deletes what is too old or too much, and keeps the minimum of the disk free.
void writer::look_after_disk() {
  if (clock::now() < look_due_) return;
  look_due_ = clock::now() + look_interval;
  const retention keep = kept();
  const std::int64_t too_old = base::unix_now_ns() - keep.age_max.count();
  for (;;) {
    const std::vector<segment_info> all = directory_.segments();
    if (all.empty()) break;
    const bool old = all.front().last_arrival_ns < too_old;
    const bool much =
        directory_.segment_bytes() + active_bytes() > keep.bytes_max;
    error_code why;
    if ((!old && !much) || !directory_.remove_oldest(why)) break;
  }
  for (;;) {
    const auto free = directory_.free_bytes();
    if (free) disk_free_.store(*free, std::memory_order_relaxed);
    if (!free || *free >= keep.disk_free_min || is_hurrying()) break;
    if (!free_disk("")) {
      set_stalled(fmt::format("{}: the disk has {} free, less than --disk-free-min {}",
                              directory_.path(), base::format_size(*free),
                              base::format_size(keep.disk_free_min)));
      // Nothing goes out until there is more: try_append() says so when the buffer is full.
      if (!pause()) return;
    }
  }
  set_stalled("");
}

/// Deletes the oldest segment.
bool writer::free_disk(const std::string& why) {
  error_code failed;
  const std::vector<segment_info> all = directory_.segments();
  if (all.empty() || !directory_.remove_oldest(failed)) return false;
  base::log(log_level::warn, speaker, "deleted {} for want of room ({})", all.front().name,
            why.empty() ? "--disk-free-min" : why);
  return true;
}

/// Waits a moment before the next try. False: the time to close is over.
bool writer::pause() {
  std::unique_lock lock(mutex_);
  if (closing_ && clock::now() >= close_by_) return false;
  work_.wait_for(lock, retry_delay, [this] { return closing_ && clock::now() >= close_by_; });
  const bool go_on = !closing_ || clock::now() < close_by_;
  lock.unlock();
  sync_when_due();  // what was written before
  return go_on;
}

void writer::set_stalled(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (why == stalled_because_) return;
  if (why.empty()) {
    base::log(log_level::info, speaker, "writing again (was: {})", stalled_because_);
  } else {
    base::log(log_level::error, speaker, "cannot write the journal: {}", why);
  }
  stalled_because_ = why;
}

}  // namespace logio::journal
