#include "logio/hub/history_set.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/hub/dispatcher.hpp"

namespace logio::hub {
history_set::history_set(ring::log_ring& ring, unsigned pin, dispatcher& owner) noexcept
    : pin_(ring, pin), dispatcher_(owner), budget_(owner.limits().history_cpu_percent) {}

void history_set::add(std::unique_ptr<history_reader> reader, const ring::place& gate) {
  history_reader& added = *reader;
  readers_.push_back(std::move(reader));
  const std::int64_t started = base::monotonic_now_ns();
  run(added, gate, started + dispatcher_.limits().history_first_slice_ns);
  budget_.spend(base::monotonic_now_ns() - started);
}

void history_set::remove(history_reader& reader) noexcept {
  std::erase(ready_, &reader);
  std::erase(at_end_, &reader);
  erase(reader);
}

void history_set::erase(history_reader& reader) noexcept {
  const auto at = std::find_if(readers_.begin(), readers_.end(),
                               [&](const auto& owned) { return owned.get() == &reader; });
  std::swap(*at, readers_.back());
  readers_.pop_back();
}

void history_set::read_on(history_reader& reader) {
  if (reader.queued) return;
  queue(reader);
  if (ready_.size() == 1 && on_work) on_work();
}

void history_set::go_on(history_reader& reader) {
  reader.queued = false;
  read_on(reader);
}

void history_set::note_news() {
  for (history_reader* reader : std::exchange(at_end_, {})) queue(*reader);
}

void history_set::queue(history_reader& reader) {
  reader.queued = true;
  ready_.push_back(&reader);
}

history_set::outcome history_set::turn(const ring::place& gate, std::int64_t monotonic_ns) {
  if (ready_.empty()) return outcome::caught_up;
  if (!budget_.may_run(monotonic_ns)) return outcome::pause;
  history_reader& reader = *ready_.front();
  ready_.pop_front();
  const std::int64_t started = base::monotonic_now_ns();
  run(reader, gate, started + slice_ns);
  budget_.spend(base::monotonic_now_ns() - started);
  return ready_.empty() ? outcome::caught_up : outcome::again;
}

void history_set::run(history_reader& reader, const ring::place& gate, std::int64_t deadline_ns) {
  reader.queued = false;
  const auto did = reader.turn(pin_, gate, deadline_ns);
  if (did == history_reader::outcome::caught_up) {
    dispatcher_.join(reader);
    erase(reader);
    return dispatcher_.flush_and_wake();
  }
  if (did == history_reader::outcome::again) queue(reader);
  if (did == history_reader::outcome::waiting) reader.queued = true;  // until go_on()
  if (did == history_reader::outcome::at_end) {
    reader.queued = true;  // by what comes, not by the subscription
    at_end_.push_back(&reader);
  }
  dispatcher_.flush_and_wake();
  if (did == history_reader::outcome::finished) reader.of().note_finished();
}

}  // namespace logio::hub
