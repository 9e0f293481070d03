/// What a hub sends to `tail`, on a terminal or in a pipe, over all cuts.
///
///     hub ─► http_get ─► lines ─► tail_continuity ─► record_printer ─► standard output
///              └ cut: said on stderr, tried again until it works
///
/// Ownership:      owns its connection.
/// Thread safety:  one thread.
/// Errors:         told on stderr in one line each; run() returns the exit code.
/// Limits:         a line of 128 MiB ends the connection: that is no hub. Without a byte for 45 s,
///                 not even a heartbeat, a connection counts as cut.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "http_get.hpp"
#include "logio/base/back_off.hpp"
#include "logio/config/tail_options.hpp"
#include "logio/sink/record_lines.hpp"
#include "record_printer.hpp"
#include "tail_continuity.hpp"

namespace logio::app {

class tail_stream {
 public:
  /// `query`: which records are wanted, not when.
  tail_stream(const config::tail_options& options, std::string query, record_printer printer);

  int run();

 private:
  enum class ending { complete, cut, reopen, refused, reader_gone };

  std::string target() const;
  ending read_stream();
  ending read_lines(http_get& answer);
  bool take_lines();
  bool take_notice(std::string_view line);
  void add_break();
  ending cut(const std::string& why);
  void say(const std::string& message) const;
  void say_what_matches(bool in_part);
  void tell_connected();

  const config::tail_options& options_;
  const std::string query_;
  record_printer printer_;
  sink::record_lines objects_;
  tail_continuity continuity_;
  base::back_off back_off_;
  std::string buffer_;        // the beginning of a line
  std::size_t searched_ = 0;  // of it, for the line's end
  std::uint64_t shown_ = 0;
  bool was_connected_ = false, asked_what_matches_ = false;
  bool said_what_matches_ = false;
  std::chrono::steady_clock::time_point down_since_{};  // zero: it is not
};

}  // namespace logio::app
