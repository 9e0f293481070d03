/// A publisher for a command, and what the command tells its user of it.
///
/// On stderr: one line when the hub goes and one when it is back; what the hub refuses; one line at
/// the end if not all is in the hub's hands. Only the last of these if the screen is another's.
///
/// Thread safety:  add() from any thread; finish() once.
#pragma once

#include <chrono>
#include <string>

#include "logio/client/publisher.hpp"
#include "logio/config/client_options.hpp"

namespace logio::app {

class publishing {
 public:
  publishing(std::string command, const config::pipe_options& options,
             bool screen_is_ours = true);

  void add(const client::record& line) { publisher_.add(line); }

  /// Waits for what is not acknowledged, at most options.flush. True: the hub has all.
  bool finish();
  /// Tells what is not in the hub's hands, without waiting.
  void tell_loss() const;

  static std::int64_t now_ns();

 private:
  static client::publisher_options options_of(const config::pipe_options& options,
                                              const std::string& teller);
  void tell_loss(const client::publisher_stats& last) const;

  std::string command_;
  bool quiet_;
  std::chrono::milliseconds flush_;
  client::publisher publisher_;
};

}  // namespace logio::app
