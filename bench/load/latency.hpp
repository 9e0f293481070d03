#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace logio::bench {

/// Nanoseconds of the monotonic clock.
std::uint64_t monotonic_ns();

/// How long lines took from just before their write to just after the read that brought them.
class latency {
 public:
  /// Of each publisher's lines every `stride`-th is looked at, from the first one on.
  latency(std::uint32_t publishers, std::uint64_t stride);

  void sent(std::uint32_t publisher, std::uint64_t sequence, std::uint64_t now) {
    sent_at_[slot(publisher, sequence)] = now;
  }

  /// The time at which the bytes being verified were read.
  void reading_at(std::uint64_t now) { now_ = now; }

  void received(std::uint32_t publisher, std::uint64_t sequence) {
    if (recording_ && sequence % stride_ == 0) {
      ages_.push_back(now_ - sent_at_[slot(publisher, sequence)]);
    }
  }

  void record(bool on) { recording_ = on; }
  std::size_t count() const { return ages_.size(); }

  /// The age that `share` (0 to 1) of the lines did not exceed, in microseconds. Sorts.
  double quantile_us(double share);

 private:
  std::size_t slot(std::uint32_t publisher, std::uint64_t sequence) const {
    return publisher * window_ + sequence / stride_ % window_;
  }

  /// Lines per publisher whose sending times are kept: more than a run has under way.
  std::size_t window_;
  std::uint64_t stride_;

  std::vector<std::uint64_t> sent_at_;
  std::vector<std::uint64_t> ages_;
  std::uint64_t now_ = 0;
  bool recording_ = false;
  bool sorted_ = false;
};

}  // namespace logio::bench
