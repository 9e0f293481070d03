/// Which records of a numbered series wait for being durable.
///
/// What is appended to the log is known by its position there, what its sender wants to hear of is
/// its own number. The ledger holds pairs of both until the log's part is durable.
///
/// Ownership:      owns its memory.
/// Thread safety:  distinct objects.
/// Limits:         `entries_max` pairs; then the newest ones are joined, and settle later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace logio::hub {

class ack_ledger {
 public:
  static constexpr std::size_t entries_max = 256;

  /// The records up to number `sequence` are in the log in front of position `end`. Both ascend.
  void note(std::uint64_t sequence, std::uint64_t end) {
    if (waiting_.size() == entries_max) {
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
      if (waiting_.size() == entries_max) waiting_.pop_back();
    }
    waiting_.push_back({sequence, end});
  }

  /// The highest number of which all records are durable, given that everything in front of
  /// `durable` is.
  std::uint64_t settle(std::uint64_t durable) noexcept {
    while (!empty() && waiting_[first_].end <= durable) settled_ = waiting_[first_++].sequence;
    if (empty()) {
      waiting_.clear();
      first_ = 0;
    }
    return settled_;
  }

  /// Begins with a number that is durable already.
  void begin(std::uint64_t sequence) noexcept { settled_ = sequence; }

  bool empty() const noexcept { return first_ == waiting_.size(); }
  /// The position that settles the next one. REQUIRES: not empty.
  std::uint64_t next_end() const noexcept { return waiting_[first_].end; }

 private:
  struct entry {
    std::uint64_t sequence, end;
  };
  std::vector<entry> waiting_;  // who is not acknowledged owns nothing
  std::size_t first_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace logio::hub
