#include "logio/hub/shard.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/hub/hub.hpp"

namespace logio::hub {
namespace {

namespace asio = boost::asio;

// Smaller batches go out by the turn, several together.
constexpr std::size_t at_once_bytes_min = std::size_t{16} << 10;
constexpr std::int64_t topic_idle_ns = std::int64_t{3600} * 1'000'000'000;

}  // namespace

shard::shard(hub& owner, unsigned index, executor_type executor, const dispatcher_limits& limits)
    : hub_(owner),
      index_(index),
      executor_(executor),
      dispatcher_(owner.ring(), {index, 2 * index, 2 * index + 1}, owner.topics(), owner.times(),
                  counters_, limits),
      scan_{boost::asio::steady_timer(executor), &dispatcher::scan},
      history_{boost::asio::steady_timer(executor), &dispatcher::read_history},
      housekeeping_timer_(executor) {
  dispatcher_.when_history_work([this] { schedule(history_); });
}

bool shard::publish(topic_info& topic, record::batch_builder& batch, std::int64_t arrival_ns,
                    const client* who, std::uint64_t sequence) {
  const bool at_once =
      batch.bytes() >= at_once_bytes_min && dispatcher_.may_dispatch_at_once(batch.bytes());
  const ring::batch offered{arrival_ns, batch.count(), topic.id, {batch.data(), batch.bytes()},
                            who == nullptr ? 0 : who->number, who == nullptr ? 0 : sequence,
                            at_once};
  ring::append_result done = hub_.ring().try_append(offered);
  if (done.status != ring::append_status::ok) {
    // It may be the own dispatcher that has to move on first.
    while (dispatcher_.run(false)) {
    }
    resume_stalled(dispatcher_.take_stalled());
    done = hub_.ring().try_append(offered);
  }
  if (done.status == ring::append_status::full) {
    hub_.ring().note_stalled(index_);
    done = hub_.ring().try_append(offered);  // room made before the note was seen by nobody
  }
  if (done.status != ring::append_status::ok) {
    stalled_ = true;
    if (done.status == ring::append_status::busy) {
      asio::post(executor_, [this] { resume(); });  // another thread is between two steps
    }
    return false;
  }
  // Another thread that appended meanwhile will do so again: its cache lines are left to it.
  const bool alone = done.first_position == next_position_;
  batch.expect_copy_to(alone && !at_once ? done.next_payload : nullptr);
  next_position_ = done.first_position + batch.count();
  dispatcher_.note_busy();
  topic.records.fetch_add(batch.count(), std::memory_order_relaxed);
  topic.bytes.fetch_add(batch.text_bytes(), std::memory_order_relaxed);
  topic.rate.add(arrival_ns, batch.count());
  topic.last_seen_ns.store(arrival_ns, std::memory_order_relaxed);
  counters_.received_records.add(batch.count());
  counters_.received_bytes.add(batch.text_bytes());
  for (std::uint64_t wake = done.wake; wake != 0; wake &= wake - 1) {
    const auto gate = static_cast<unsigned>(__builtin_ctzll(wake));
    if (gate == index_) {
      schedule();
    } else {
      hub_.wake_gate(gate);
    }
  }
  if (at_once) {
    dispatcher_.dispatch_at_once(done.first_position, batch.view());
    return true;
  }
  undispatched_bytes_ += batch.bytes();
  if (dispatcher_.is_due(undispatched_bytes_)) {
    undispatched_bytes_ = 0;
    dispatcher_.run(false);
  }
  return true;
}

void shard::when_room(std::function<void()> resume) {
  waiting_for_room_.push_back(std::move(resume));
}

std::unique_ptr<subscription> shard::subscribe(const filter::filter& f, encoder& format,
                                               subscriber& listener,
                                               const history_request& history) {
  auto made = dispatcher_.subscribe(f, format, listener, history);
  schedule();
  return made;
}

void shard::use_deep_history(deep_history& log) {
  dispatcher_.use_deep_history(
      {&log, [executor = executor_](std::function<void()> what) {
         asio::post(executor, std::move(what));
       }});
}

void shard::dispatch_all() {
  while (dispatcher_.run(false)) {
  }
  while (dispatcher_.has_scan_work() &&
         dispatcher_.scan(base::monotonic_now_ns()) == line_scanner::outcome::again) {
  }
}

void shard::start() { housekeeping(); }

void shard::stop() {
  stopped_ = true;
  scan_.timer.cancel();
  history_.timer.cancel();
  housekeeping_timer_.cancel();
}

void shard::wake_from_elsewhere() {
  asio::post(executor_, [this] {
    if (!scheduled_) turn();
  });
}

void shard::resume_from_elsewhere() {
  asio::post(executor_, [this] { resume(); });
}

void shard::schedule() {
  if (scheduled_) return;
  scheduled_ = true;
  asio::post(executor_, [this] {
    scheduled_ = false;
    turn();
  });
}

void shard::turn() {
  undispatched_bytes_ = 0;
  const bool more = dispatcher_.run(true);
  resume_stalled(dispatcher_.take_stalled());
  if (dispatcher_.has_history_work()) schedule(history_);
  if (more) {
    schedule();
  } else if (dispatcher_.has_scan_work()) {
    schedule(scan_);
  }
}

void shard::schedule(background& work) {
  if (std::exchange(work.scheduled, true)) return;
  // Posted twice, so that what has become ready during the last slice goes first; by what it
  // publishes the work knows that the thread is busy.
  asio::post(executor_, [this, &work] {
    asio::post(executor_, [this, &work] { turn_of(work); });
  });
}

void shard::turn_of(background& work) {
  work.scheduled = false;
  switch ((dispatcher_.*work.turn)(base::monotonic_now_ns())) {
    case line_scanner::outcome::caught_up:
      return;
    case line_scanner::outcome::again:
      return schedule(work);
    case line_scanner::outcome::pause:
      break;
  }
  if (stopped_) return;
  work.scheduled = true;
  work.timer.expires_after(std::chrono::nanoseconds(line_scanner::pause_ns));
  work.timer.async_wait([this, &work](const error_code& ec) {
    if (!ec) turn_of(work);
  });
}

void shard::resume_stalled(std::uint64_t shards) {
  for (; shards != 0; shards &= shards - 1) {
    hub_.at(static_cast<unsigned>(__builtin_ctzll(shards))).resume_from_elsewhere();
  }
}

void shard::resume() {
  stalled_ = false;
  // Who waits again meanwhile goes to the end of the next round.
  auto waiting = std::exchange(waiting_for_room_, {});
  while (!waiting.empty()) {
    auto next = std::move(waiting.front());
    waiting.pop_front();
    next();
    if (!stalled_) continue;
    waiting_for_room_.insert(waiting_for_room_.begin() +
                                 static_cast<std::ptrdiff_t>(waiting_for_room_.empty() ? 0 : 1),
                             std::make_move_iterator(waiting.begin()),
                             std::make_move_iterator(waiting.end()));
    return;
  }
}

void shard::when_durable(std::function<void()> settle) {
  waiting_for_durable_.push_back(std::move(settle));
  // seq_cst: partner is durable_moved(): it sees this, or who waits sees where the log is by now,
  // when settle() runs once more.
  if (wants_durable_.exchange(true, std::memory_order_seq_cst)) return;
  asio::post(executor_, [this] { this->settle(); });
}

void shard::durable_moved() {
  if (!wants_durable_.exchange(false, std::memory_order_seq_cst)) return;
  asio::post(executor_, [this] { settle(); });
}

void shard::settle() {
  // Who goes on waiting asks again.
  for (const auto& next : std::exchange(waiting_for_durable_, {})) next();
}

void shard::housekeeping() {
  dispatcher_.rest();
  if (dispatcher_.has_history_work()) schedule(history_);
  resume_stalled(dispatcher_.take_stalled());  // of a gate that was left meanwhile
  if (index_ == 0) {
    const auto now = base::unix_now_ns();
    const ring::place end = hub_.ring().end();
    hub_.times().note(end.position, now);
    hub_.topics().sweep(now, topic_idle_ns, end.chunk);
  }
  if (stopped_) return;
  housekeeping_timer_.expires_after(std::chrono::seconds(1));
  housekeeping_timer_.async_wait([this](const error_code& ec) {
    if (!ec) housekeeping();
  });
}

}  // namespace logio::hub
