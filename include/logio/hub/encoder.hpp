/// How records become bytes for a subscriber: the seam between the hub and the output formats.
///
/// The hub decides what is sent and keeps the bytes; an encoder knows one format and nothing else.
/// A group encodes each record once into a shared block, however many subscribers it has.
///
/// Ownership:      the dispatcher borrows encoders; they outlive it.
/// Thread safety:  an encoder object belongs to one dispatcher's thread (it may keep caches).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "logio/hub/missed_reason.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/record/record.hpp"

namespace logio::hub {

/// What a subscriber did not get, to be said to it in-band.
struct loss {
  std::uint64_t dropped = 0;           ///< records shed because it was slow: exact
  std::int64_t dropped_since_ns = 0;   ///< arrival of the first of them
  std::uint64_t missed = 0;            ///< positions never examined: an upper bound
  std::int64_t missed_since_ns = 0;
  missed_reason missed_why = missed_reason::over_budget;  ///< of the last of them
  bool continuity = false;  ///< the reader's cursor is of a run of the hub that is not known here

  bool any() const noexcept { return dropped != 0 || missed != 0 || continuity; }
};

/// Where a record comes from, as far as the record itself does not say it.
struct origin {
  const topic_info& topic;
  std::int64_t arrival_ns = 0;
  std::uint64_t position = 0;
  std::uint64_t epoch = 0;  ///< in which it was given out; 0: this run of the hub
};

class encoder {
 public:
  virtual ~encoder() = default;

  /// A number below formats_max for the format: groups with the same filter and number share their
  /// bytes.
  virtual int format() const noexcept = 0;

  /// Most bytes that the record may take.
  virtual std::size_t bound(const record::view& record, const topic_info& topic) const = 0;

  struct progress {
    std::size_t bytes;    ///< written
    std::uint32_t records;  ///< encoded
  };
  /// Encodes records from `at` on while they surely fit into `room` bytes, and moves `at` behind
  /// the last one. `from` is the first one's; the others have the positions behind it.
  virtual progress encode(record::iterator& at, const record::iterator& end, const origin& from,
                          char* out, std::size_t room) = 0;

  /// Appends the notices that say `what`, as lines of this format.
  virtual void append_loss(std::string& out, const loss& what, std::int64_t now_ns) = 0;
};

}  // namespace logio::hub
