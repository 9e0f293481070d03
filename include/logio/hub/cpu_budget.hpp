/// A share of one thread's time for work that may wait.
///
/// A token bucket in nanoseconds: each turn earns a percentage of the time since the last one and
/// spends what it took. On a thread that does nothing else the budget does not apply.
///
/// Thread safety:  belongs to one thread.
/// Limits:         unused time is kept up to tokens_max_ns; a turn may overdraw it by its length.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace logio::hub {

class cpu_budget {
 public:
  static constexpr std::int64_t tokens_max_ns = 2'000'000;

  explicit cpu_budget(std::int64_t percent) noexcept : percent_(percent) {}

  /// The thread did something else: the budget applies to the next turn.
  void note_busy() noexcept { busy_ = true; }

  /// Whether a turn may begin now. False: ask again in about a millisecond.
  bool may_run(std::int64_t monotonic_ns) noexcept {
    const std::int64_t elapsed = std::max<std::int64_t>(monotonic_ns - last_turn_ns_, 0);
    last_turn_ns_ = monotonic_ns;
    tokens_ns_ = std::min(tokens_max_ns, tokens_ns_ + elapsed * percent_ / 100);
    if (!busy_ || tokens_ns_ > 0) {
      busy_ = false;
      return true;
    }
    return false;
  }

  /// The turn took so long.
  void spend(std::int64_t ns) noexcept { tokens_ns_ -= ns; }

 private:
  std::int64_t percent_;
  std::int64_t tokens_ns_ = 0;
  std::int64_t last_turn_ns_ = 0;
  bool busy_ = true;
};

}  // namespace logio::hub
