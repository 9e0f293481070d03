/// What pages and metrics show of the hub's sinks, and what can be asked of them.
///
/// Ownership:      implemented by who runs the sinks; must outlive the server.
/// Thread safety:  every member, from any thread. Those that say so may wait for the disk: not to
///                 be called on an I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"

namespace logio::serve {

struct sink_row {
  std::string name;
  std::string url;         ///< secrets as ***
  std::string_view state;  ///< `up`, `back_off`, `stopped`
  std::int64_t since_ns = 0;
  std::string last_error;  ///< empty: there was none
  std::string cursor;      ///< delivered up to here
  std::uint64_t lag_records = 0, lag_bytes = 0;
  double lag_seconds = 0;
  std::uint64_t matched_records = 0, sent_records = 0, sent_bytes = 0;
  std::uint64_t cut_records = 0;  ///< of those sent: longer than the peer takes
  std::uint64_t retried_requests = 0;
  std::uint64_t dead_records = 0;     ///< refused since the start
  std::uint64_t dead_kept = 0;        ///< dead letters that are there now
  std::uint64_t dead_lost = 0;        ///< refused, and not kept: there were too many
  std::uint64_t resent_records = 0;   ///< dead letters that were delivered after all
  std::uint64_t dropped_records = 0;  ///< matched, and left out because its queue was full
  std::uint64_t missed_records = 0;   ///< positions that were gone before they were looked at
  std::uint64_t compressed_files = 0;    ///< of a file sink, since the start
  std::uint64_t uncompressed_files = 0;  ///< that wait for it
  std::uint64_t compress_failures = 0;   ///< each is tried again
};

/// A record that an in-memory sink keeps.
struct sink_record {
  std::shared_ptr<const void> owner;  ///< of what the others point to
  const std::byte* record = nullptr;  ///< as in a batch
  const record::topic* topic = nullptr;
  std::int64_t arrival_ns = 0;
  std::uint64_t epoch = 0, position = 0;
};

class sink_board {
 public:
  virtual ~sink_board() = default;

  virtual std::vector<sink_row> rows() const = 0;
  virtual bool has(std::string_view name) const = 0;

  /// What an in-memory sink keeps, oldest first; null: it is none, or there is none of that name.
  virtual std::unique_ptr<std::vector<sink_record>> records(std::string_view name) const = 0;

  /// Dead letters from byte `at` on, about `bytes_max` of them in whole lines, and moves `at`
  /// behind them; empty: that was all. May wait for the disk.
  virtual result<std::string> dead(std::string_view name, std::uint64_t& at,
                                   std::size_t bytes_max) const = 0;
  /// Lets the sink deliver its dead letters again. Returns how many there are.
  virtual std::uint64_t resend(std::string_view name) = 0;
};

}  // namespace logio::serve
