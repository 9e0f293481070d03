#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace logio::bench {

/// Readers that come for history and go: so many a second, each until it has its lines.
///
/// On a thread of its own, so that it costs the measured connections only the core that they share.
class joiner {
 public:
  struct found {
    std::uint64_t joins = 0;   ///< that got their lines
    std::uint64_t failed = 0;  ///< that did not, within 5 s
    double first_p50_us = 0;   ///< from the request to the first byte of a line
    double first_p99_us = 0;
  };

  /// Asks for `query` on `port`, `rate` times a second; each reads `lines` lines and leaves.
  joiner(std::uint16_t port, double rate, std::string query, std::uint64_t lines);
  ~joiner() { stop(); }

  /// Ends after those that are under way. Call found() then.
  void stop();
  const found& figures() const { return found_; }

 private:
  void run();

  const std::uint16_t port_;
  const double rate_;
  const std::string query_;
  const std::uint64_t lines_;
  std::atomic<bool> stopping_{false};
  found found_;
  std::thread thread_;
};

}  // namespace logio::bench
