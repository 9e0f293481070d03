/// Serves the groups whose filters look into the text (`log`, `exclude`).
///
/// Patterns run for every line, and anybody may ask for a hundred of them; so this reader of the
/// ring holds nobody back. On a busy thread it has a small share of the time, on an idle one all
/// of it. When it falls so far behind that the ring overwrites what it had yet to read, it goes on
/// with what is new and tells every member how many positions it did not look at.
///
/// Ownership:      part of a dispatcher.
/// Thread safety:  belongs to the dispatcher's thread.
/// Limits:         a turn takes at most slice_ns plus a few lines, within a batch too; chunks are
///                 pinned only within a turn. One line costs what its patterns cost: filter::limits
///                 bounds them.
#pragma once

#include <cstdint>
#include <vector>

#include "logio/filter/line_set.hpp"
#include "logio/hub/cpu_budget.hpp"
#include "logio/hub/route.hpp"
#include "logio/ring/readers.hpp"

namespace logio::hub {

class dispatcher;
class group;

class line_scanner {
 public:
  static constexpr std::int64_t slice_ns = 200'000;

  enum class outcome {
    caught_up,  ///< nothing to do until the dispatcher has run again
    again,      ///< call turn() again after other handlers had their turn
    pause,      ///< over budget: call turn() again in about pause_ns
  };
  static constexpr std::int64_t pause_ns = 1'000'000;

  line_scanner(ring::log_ring& ring, unsigned pin, dispatcher& owner) noexcept;

  /// REQUIRES: `at` is where the dispatcher's gate stands.
  void add(group& g, const ring::place& at);
  void remove(group& g) noexcept;
  bool active() const noexcept { return !groups_.empty(); }
  const ring::place& at() const noexcept { return reader_.at(); }
  /// Everything in front of it is scanned. It may lie inside the batch at at().
  std::uint64_t position() const noexcept { return reader_.at().position + done_records_; }

  /// Scans up to `until`, as far as the budget goes.
  outcome turn(const ring::place& until, std::int64_t monotonic_ns);
  /// The thread did something else; the budget applies to the next turn.
  void note_busy() noexcept { budget_.note_busy(); }

 private:
  std::int64_t scan(const ring::batch_header& batch, std::int64_t deadline_ns);
  void renew(route& r);
  void jump(const ring::place& to);

  ring::log_pin reader_;
  dispatcher& dispatcher_;
  std::vector<group*> groups_;  // index = bit in set_
  filter::line_set set_;
  filter::line_matches matches_;
  std::uint32_t done_records_ = 0;  // of the batch at reader_.at(), when a turn ended within it
  std::uint64_t generation_ = 0;    // of groups_
  std::uint64_t set_generation_ = 0;
  std::int64_t last_arrival_ns_ = 0;
  cpu_budget budget_;
};

}  // namespace logio::hub
