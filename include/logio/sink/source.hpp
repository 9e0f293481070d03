/// Where a sink's records come from, in order, from the sink's place in the log on.
///
///     queue_source: a queue in memory that the hub fills; when it is full the oldest go
///     journal_source: the journal's files; what is not delivered yet simply stays there
///
/// Ownership:      the runner owns its source.
/// Thread safety:  fetch(), settle(), trouble() on the runner's thread; the rest on any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "logio/sink/client.hpp"

namespace logio::sink {

using clock = std::chrono::steady_clock;

/// A place in the log that survives a restart: behind the record with this position.
struct log_place {
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;
  bool operator==(const log_place&) const = default;
};

/// Records that are delivered together. Their memory is the source's, until settle().
struct batch {
  std::vector<item> items;
  std::size_t bytes = 0;  ///< of texts and fields

  void clear() noexcept {
    items.clear();
    bytes = 0;
  }
};

struct batch_limits {
  std::size_t records = 0;
  std::size_t bytes = 0;
  std::chrono::milliseconds age{0};  ///< a batch that is not full waits so long for more
};

/// matched = given out + dropped + queued; what is missed was never examined.
struct source_counts {
  std::uint64_t matched = 0;
  std::uint64_t dropped = 0;
  std::uint64_t missed = 0;
  std::uint64_t waiting = 0;      ///< matched, or not examined yet, and not settled
  std::uint64_t lag_records = 0;  ///< positions between the sink's place and the log's end
  std::uint64_t lag_bytes = 0;    ///< what is kept for them, in memory or on disk
  std::int64_t oldest_ns = 0;     ///< arrival of the oldest record that was not settled; 0: none
};

class source {
 public:
  virtual ~source() = default;

  /// Appends the next records that are wanted to `out`; waits until `until` for the first one, and
  /// for more of them as long as the limits say. A record larger than the limits comes alone. Where
  /// much is there and little is wanted it returns about at `until` too, and goes on next time.
  virtual void fetch(batch& out, const batch_limits& limits, clock::time_point until) = 0;

  /// Everything that was fetched is done with.
  virtual void settle() = 0;

  /// Behind everything that is settled, or was passed over because it is not wanted.
  virtual log_place place() const = 0;

  /// Nothing is left to fetch. REQUIRES: nobody publishes any more.
  virtual bool exhausted() const = 0;

  virtual source_counts counts() const = 0;

  /// Why nothing can be read now: one line; empty when all is well.
  virtual std::string trouble() const { return {}; }

  /// Lets a fetch() that waits return now, once.
  virtual void interrupt() = 0;
};

}  // namespace logio::sink
