/// What all inputs of `ship` have in common: a thread that reads, waits for room, and is told when
/// to end.
///
/// Ownership:      borrows the source, which outlives it.
/// Thread safety:  run(): one thread, its own. told(): any; `failure` after run() has returned.
/// Errors:         in told(): what was refused, lost, or why it ended early. Each is logged too.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "logio/base/log.hpp"
#include "logio/filter/filter.hpp"
#include "ship_source.hpp"

namespace logio::app {

/// What an input tells of itself.
struct ship_reading {
  std::atomic<std::uint64_t> bytes{0}, bytes_total{0};  ///< total 0: nobody knows
  std::atomic<std::uint64_t> refused{0};                ///< lines that hold no record
  std::atomic<std::uint64_t> missed{0};                 ///< records that are not to be had any more
  std::string failure;                                  ///< why not all was read; one line
};

inline constexpr base::log_source ship_log{"ship"};

class ship_input {
 public:
  ship_input(ship_source& to, filter::filter wanted) : to_(to), writer_(std::move(wanted)) {}
  ship_input(const ship_input&) = delete;
  virtual ~ship_input() = default;

  /// Reads until the input ends or the source is stopped; then the source has ended.
  void run() {
    read();
    (void)hand_on();
    to_.end();
    finish();
  }

  const ship_reading& told() const noexcept { return told_; }

 protected:
  static constexpr std::chrono::milliseconds look_interval{200};
  /// Of one record as JSON.
  static constexpr std::size_t object_bytes_max = std::size_t{64} << 20;

  virtual void read() = 0;
  /// Behind the end: until the source is finished, what is on its way may still be delivered.
  virtual void finish() {}

  /// Waits until the source has taken what was read. False: it is to end.
  bool hand_on();
  /// As hand_on(), when a piece is full.
  bool hand_on_full() { return !writer_.is_full() || hand_on(); }

  /// A record that cannot be read, counted; the first ones are told one by one.
  void refuse(const std::string& why);
  void miss(std::uint64_t records, const std::string& why);
  void fail(std::string why);

  ship_source& to_;
  ship_writer writer_;
  ship_reading told_;
};

}  // namespace logio::app
