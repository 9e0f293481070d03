/// The subscribers of one thread that still read history, and when each has its turn.
///
/// One after the other, in small turns, with the other handlers of the thread in between; on a busy
/// thread within a share of its time. So a thousand readers of history slow down each other, not
/// publishers and live subscribers.
///
/// Ownership:      part of a dispatcher; owns the readers.
/// Thread safety:  belongs to the dispatcher's thread.
/// Limits:         a turn takes about slice_ns; a chunk is pinned only within a turn.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "logio/hub/cpu_budget.hpp"
#include "logio/hub/history_reader.hpp"
#include "logio/hub/line_scanner.hpp"
#include "logio/ring/readers.hpp"

namespace logio::hub {

class history_set {
 public:
  static constexpr std::int64_t slice_ns = 200'000;
  using outcome = line_scanner::outcome;

  history_set(ring::log_ring& ring, unsigned pin, dispatcher& owner) noexcept;

  /// Gives the reader its first turn.
  void add(std::unique_ptr<history_reader> reader, const ring::place& gate);
  /// Destroys it. REQUIRES: not called from within turn().
  void remove(history_reader& reader) noexcept;

  /// The reader's queue is empty.
  void read_on(history_reader& reader);
  /// What the reader waited for has come.
  void go_on(history_reader& reader);
  /// The dispatcher has moved on, or a second has gone by.
  void note_news();

  bool has_work() const noexcept { return !ready_.empty(); }
  std::size_t size() const noexcept { return readers_.size(); }
  outcome turn(const ring::place& gate, std::int64_t monotonic_ns);
  void note_busy() noexcept { budget_.note_busy(); }

  /// Called when there is work and there was none.
  std::function<void()> on_work;

  template <class Visit>
  void for_each_group(Visit&& visit) const {
    for (const auto& r : readers_) visit(r->own());
  }

 private:
  void run(history_reader& reader, const ring::place& gate, std::int64_t deadline_ns);
  void queue(history_reader& reader);
  void erase(history_reader& reader) noexcept;

  ring::log_pin pin_;
  dispatcher& dispatcher_;
  cpu_budget budget_;
  std::vector<std::unique_ptr<history_reader>> readers_;
  std::deque<history_reader*> ready_;
  std::vector<history_reader*> at_end_;
};

}  // namespace logio::hub
