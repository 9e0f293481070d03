#include "logio/sink/runner.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/result.hpp"
#include "logio/sink/dead_records.hpp"
#include "logio/sink/place_file.hpp"

namespace logio::sink {
namespace {

using base::log_level;
using std::chrono::milliseconds;

constexpr milliseconds idle_wait{500};
constexpr milliseconds save_interval{1000};
constexpr std::size_t resend_bytes = std::size_t{1} << 20;
constexpr std::size_t record_bytes_max = std::size_t{64} << 20;

}  // namespace

runner::runner(parts of)
    : options_(std::move(of.options)),
      folder_(std::move(of.folder)),
      source_(std::move(of.source)),
      client_(std::move(of.client)),
      repeated_before_(of.repeated_before),
      dead_(folder_),
      back_off_(static_cast<std::uint64_t>(base::monotonic_now_ns())),
      records_(options_.rate_records),
      bytes_(options_.rate_bytes),
      batch_records_(options_.batch_records),
      since_ns_(base::unix_now_ns()),
      place_(source_->place()) {}

runner::~runner() {
  if (!thread_.joinable()) return;
  drain(clock::now(), true);
  thread_.join();
}

void runner::start() {
  thread_ = std::thread([this] { run(); });
}

void runner::drain(clock::time_point deadline, bool keeps) {
  {
    const std::lock_guard lock(mutex_);
    drain_until_ = deadline;
    keeps_ = keeps;
  }
  wake_.notify_all();
  source_->interrupt();
}

void runner::hand_over(clock::time_point deadline) {
  {
    const std::lock_guard lock(mutex_);
    hands_over_ = true;
  }
  drain(deadline, true);
}

void runner::cut_off() noexcept { client_->interrupt(); }

void runner::join() {
  thread_.join();
  const source_counts left = source_->counts();
  if (left.waiting == 0 || hands_over_) return;
  if (keeps_) {
    base::log(log_level::info, {"sink", options_.name},
              "ended {} records behind; they are in the journal, and it goes on there",
              left.lag_records);
  } else {
    base::log(log_level::warn, {"sink", options_.name}, "ended with {} records not delivered{}{}",
              left.waiting - std::min(left.waiting, done_of_batch_),
              last_error_.empty() ? "" : ": ", last_error_);
  }
}

void runner::run() {
  client_->begin();
  while (!is_over()) {
    if (resend_wanted_.exchange(false, std::memory_order_relaxed)) send_dead();
    if (fetch() && !deliver()) break;
    done_of_batch_ = 0;
    source_->settle();
    save_place(false);
    if (!is_readable()) (void)wait_until(clock::now() + back_off_.next());
  }
  client_->end();
  save_place(true);
  set_state(sink_state::stopped, {});
  ended_.store(true, std::memory_order_release);
}

std::uint64_t runner::resend() {
  const std::uint64_t count = dead_.count();
  if (count == 0) return 0;
  resend_wanted_.store(true, std::memory_order_relaxed);
  source_->interrupt();
  return count;
}

/// Those that there are now; what is refused again is added behind them.
void runner::send_dead() {
  dead_.sync();
  dead_records again(record_bytes_max);
  std::uint64_t at = 0;
  for (std::uint64_t left = dead_.count(); left != 0;) {
    const auto lines = dead_.read(at, resend_bytes);
    if (!lines) {
      base::log(log_level::error, {"sink", options_.name}, "cannot read its dead letters: {}",
                lines.error().message());
      return;
    }
    if (lines->empty()) break;
    batch_.clear();
    const std::uint64_t unreadable = again.unreadable();
    batch_.items = again.read(*lines);
    left -= std::min<std::uint64_t>(left,
                                    batch_.items.size() + again.unreadable() - unreadable);
    if (!deliver()) return;  // it ends: they stay
  }
  batch_.clear();
  if (const error_code why = dead_.forget(at)) {
    base::log(log_level::error, {"sink", options_.name},
              "cannot forget the dead letters that were delivered: {}", why.message());
  }
  base::log(log_level::info, {"sink", options_.name},
            "delivered its dead letters again; {} are refused still, {} hold no record",
            dead_.count(), again.unreadable());
}

/// False: there is nothing to deliver now.
bool runner::fetch() {
  batch_.clear();
  // A trickle goes out together, a flood without a pause.
  const milliseconds age = is_draining() ? milliseconds(0) : options_.batch_age;
  source_->fetch(batch_, {batch_records_, options_.batch_bytes, age}, clock::now() + idle_wait);
  for (item& i : batch_.items) i.repeated = i.position < repeated_before_;
  return !batch_.items.empty();
}

/// Whether the source can be read; says so where it changes.
bool runner::is_readable() {
  const std::string trouble = source_->trouble();
  if (!trouble.empty()) {
    source_fails_ = true;
    set_state(sink_state::back_off, trouble);
  } else if (std::exchange(source_fails_, false)) {
    recover();
  }
  return trouble.empty();
}

/// False: it is over, and something is not delivered.
bool runner::deliver() {
  const clock::time_point since = clock::now();
  while (!batch_.items.empty()) {
    const std::size_t count = allowed(batch_.items.size());
    if (count == 0) return false;
    const auto offered = std::span<const item>(batch_.items).first(count);
    outcome_.fates.assign(count, fate::pending);
    outcome_.refusals.clear();
    outcome_.sent_bytes = 0;
    outcome_.cut_records = 0;
    outcome_.error.clear();
    outcome_.busy = false;
    client_->deliver(offered, outcome_);
    take_outcome(offered);
    if (outcome_.error.empty()) {
      recover();
      continue;
    }
    give_up_old(since);
    fail();
    if (!batch_.items.empty() && !wait_until(clock::now() + back_off_.next())) return false;
  }
  dead_.sync();
  return true;
}

/// How many of `items` may go now; waits for the first. 0: it is over.
std::size_t runner::allowed(std::size_t items) {
  if (!records_.limits() && !bytes_.limits()) return is_over() ? 0 : items;
  // These were let through before, and the peer may have some of them.
  if (offered_again_ != 0) return is_over() ? 0 : std::min(items, offered_again_);
  const auto wanted = static_cast<double>(items);
  if (records_.limits() && !wait_until(records_.when(wanted, clock::now()))) return 0;
  if (bytes_.limits() &&
      !wait_until(bytes_.when(static_cast<double>(batch_.bytes), clock::now()))) {
    return 0;
  }
  std::size_t count = items;
  if (records_.limits()) {
    count = std::clamp<std::size_t>(static_cast<std::size_t>(records_.allowed(clock::now())), 1,
                                    items);
    records_.take(static_cast<double>(count));
  }
  if (bytes_.limits()) {
    const double room = bytes_.allowed(clock::now());
    std::size_t some = 0;
    for (double bytes = 0; some < count && bytes < room; ++some) {
      const record::view& r = batch_.items[some].record;
      bytes += static_cast<double>(r.text().size() + r.fields().size());
    }
    count = std::max<std::size_t>(some, 1);
  }
  return count;
}

void runner::take_outcome(std::span<const item> offered) {
  LOGIO_ASSERT(outcome_.fates.size() == offered.size(), "a fate for each item");
  const std::int64_t now_ns = base::unix_now_ns();
  const bool resent = offered.front().resent;  // then all are
  for (const outcome::refusal& r : outcome_.refusals) dead_.add(offered[r.item], r.why, now_ns);
  if (!resent) refused_.fetch_add(outcome_.refusals.size(), std::memory_order_relaxed);
  sent_bytes_.fetch_add(outcome_.sent_bytes, std::memory_order_relaxed);
  cut_.fetch_add(outcome_.cut_records, std::memory_order_relaxed);
  if (bytes_.limits()) bytes_.take(static_cast<double>(outcome_.sent_bytes));

  std::size_t kept = 0, sent = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    if (outcome_.fates[i] == fate::delivered) ++sent;
    if (outcome_.fates[i] != fate::pending) continue;
    batch_.items[kept] = batch_.items[i];
    batch_.items[kept++].repeated = true;
  }
  LOGIO_ASSERT(kept == 0 || !outcome_.error.empty(), "what is pending has a reason");
  offered_again_ = kept;
  const auto begin = batch_.items.begin();
  batch_.items.erase(begin + static_cast<std::ptrdiff_t>(kept),
                     begin + static_cast<std::ptrdiff_t>(offered.size()));
  (resent ? resent_ : sent_records_).fetch_add(sent, std::memory_order_relaxed);
  if (!resent) done_of_batch_ += offered.size() - kept;
}

/// What was tried for longer than the operator wants to wait is put with the dead letters.
void runner::give_up_old(clock::time_point since) {
  if (options_.retry_max_age.count() == 0 || clock::now() - since < options_.retry_max_age) return;
  const std::string why = "given up: " + outcome_.error;
  const std::int64_t now_ns = base::unix_now_ns();
  for (const item& i : batch_.items) dead_.add(i, why, now_ns);
  if (!batch_.items.empty() && !batch_.items.front().resent) {
    refused_.fetch_add(batch_.items.size(), std::memory_order_relaxed);
    done_of_batch_ += batch_.items.size();
  }
  base::log(log_level::warn, {"sink", options_.name}, "gave up {} records after {} ms: {}",
            batch_.items.size(), options_.retry_max_age.count(), outcome_.error);
  batch_.items.clear();
  offered_again_ = 0;
}

void runner::fail() {
  retried_.fetch_add(1, std::memory_order_relaxed);
  batch_records_ = std::max<std::size_t>(1, batch_records_ / 2);
  dead_.sync();
  if (!outcome_.busy) client_->close();
  set_state(sink_state::back_off, outcome_.error);
}

void runner::recover() {
  back_off_.reset();
  batch_records_ =
      std::min<std::size_t>(options_.batch_records, batch_records_ + batch_records_ / 8 + 1);
  set_state(sink_state::up, {});
}

void runner::set_state(sink_state to, const std::string& error) {
  sink_state from;
  std::int64_t since_ns;
  {
    const std::lock_guard lock(mutex_);
    if (!error.empty()) last_error_ = error;
    from = std::exchange(state_, to);
    since_ns = since_ns_;
    if (from != to) since_ns_ = base::unix_now_ns();
  }
  if (from == to) return;
  const base::log_source who{"sink", options_.name};
  if (to == sink_state::back_off) {
    base::log(log_level::warn, who, "{}; trying again until it works", error);
  } else if (to == sink_state::up) {
    base::log(log_level::info, who, "delivers again after {:.1f} s",
              static_cast<double>(base::unix_now_ns() - since_ns) / 1e9);
  }
}

/// False: it is over, there is nothing to wait for.
bool runner::wait_until(clock::time_point until) {
  std::unique_lock lock(mutex_);
  while (clock::now() < until) {
    if (drain_until_ && (clock::now() >= *drain_until_ || keeps_)) return false;
    wake_.wait_until(lock, drain_until_ ? std::min(until, *drain_until_) : until);
  }
  return true;
}

bool runner::is_over() const {
  std::optional<clock::time_point> until;
  bool hands_over, keeps;
  {
    const std::lock_guard lock(mutex_);
    until = drain_until_;
    hands_over = hands_over_;
    keeps = keeps_;
  }
  if (!until) return false;
  if (clock::now() >= *until) return true;
  if (!batch_.items.empty()) return false;
  if (!keeps && resend_wanted_.load(std::memory_order_relaxed)) return false;
  return hands_over || source_->exhausted();
}

bool runner::is_draining() const {
  const std::lock_guard lock(mutex_);
  return drain_until_.has_value();
}

void runner::save_place(bool now) {
  const log_place place = source_->place();
  {
    const std::lock_guard lock(mutex_);
    place_ = place;
  }
  if (folder_.empty() || place == saved_ || (!now && clock::now() < save_due_)) return;
  save_due_ = clock::now() + save_interval;
  const error_code why = sink::save_place(folder_, place);
  if (why && !place_fails_) {
    base::log(log_level::error, {"sink", options_.name},
              "cannot write down its place in {}: {}; after a restart records would be delivered "
              "again", folder_, why.message());
  } else if (!why && place_fails_) {
    base::log(log_level::info, {"sink", options_.name}, "its place can be written down again");
  }
  place_fails_ = static_cast<bool>(why);
  if (why) return;
  saved_ = place;
}

sink_status runner::status() const {
  sink_status out;
  out.source = source_->counts();
  out.sent_records = sent_records_.load(std::memory_order_relaxed);
  out.sent_bytes = sent_bytes_.load(std::memory_order_relaxed);
  out.cut_records = cut_.load(std::memory_order_relaxed);
  out.retried_requests = retried_.load(std::memory_order_relaxed);
  out.dead_records = refused_.load(std::memory_order_relaxed);
  out.resent_records = resent_.load(std::memory_order_relaxed);
  out.client = client_->counts();
  const std::lock_guard lock(mutex_);
  out.state = state_;
  out.since_ns = since_ns_;
  out.last_error = last_error_;
  out.place = place_;
  return out;
}

}  // namespace logio::sink
