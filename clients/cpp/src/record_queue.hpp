/// The lines that wait to be sent, in batches, within bounds that also hold for what is in flight.
///
/// A batch is what is sent, kept and dropped as a whole: records as they go over the wire, so that
/// sending them again sends the same bytes. It grows by doubling up to a sixteenth of the buffer,
/// at most 64 KiB; a longer record has one of its own.
///
/// Thread safety:  none: the publisher's lock.
/// Limits:         see publisher.hpp; what is counted is allocated memory.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "logio/client/publisher.hpp"
#include "record_writer.hpp"

namespace logio::client {

struct batch {
  std::string bytes;
  std::uint64_t numbers = 0;   ///< that its records take of the client's sequence
  std::uint64_t records = 0;   ///< of the application: 0 in a notice of loss
  std::uint64_t first = 0;     ///< number of its first record, once it is in flight
  std::uint64_t settled = 0;   ///< so many of its numbers are acknowledged
  std::int64_t since_ns = 0;   ///< time of its first record

  std::size_t held_bytes() const noexcept { return bytes.capacity() + sizeof *this; }
};

class record_queue {
 public:
  record_queue(std::size_t bytes_max, std::size_t records_max);

  /// Never fails: what finds no room is dropped, the oldest first.
  void add(const record& line);

  /// The next batch, which is in flight from now on; a notice of loss before what follows a loss.
  /// Nothing: the queue is empty, or too much is in flight.
  std::optional<batch> take(std::int64_t now_ns);

  /// A batch in flight has been settled.
  void release(const batch& b) noexcept;

  /// Drops all that waits.
  void drop_all() noexcept;

  /// What is held now is to be watched: nothing is added to its last batch any more.
  void begin_flush() noexcept;
  /// Whether all of it has been settled or dropped.
  bool flushed() const noexcept { return flush_waiting_ == 0 && flush_flight_ == 0; }
  /// Whether some of it was dropped.
  bool flush_lost() const noexcept { return flush_lost_; }

  /// Whether the first batch that waits will not grow any more.
  bool has_whole_batch() const noexcept { return waiting_.size() > 1; }

  bool empty() const noexcept { return waiting_.empty() && dropped_unsaid_ == 0; }
  std::uint64_t dropped() const noexcept { return dropped_; }
  std::size_t held_bytes() const noexcept { return held_bytes_; }

 private:
  bool make_room(std::size_t bytes);
  void drop_oldest() noexcept;
  void note_loss(std::uint64_t records, std::int64_t since_ns) noexcept;

  std::size_t bytes_max_, records_max_, batch_bytes_max_;
  std::deque<batch> waiting_;
  std::size_t held_bytes_ = 0, held_records_ = 0;  // waiting and in flight
  std::size_t flight_bytes_ = 0, flight_batches_ = 0;
  std::size_t flush_waiting_ = 0, flush_flight_ = 0;  // batches: the oldest of each
  bool sealed_ = false, flush_lost_ = false;
  std::uint64_t dropped_ = 0, dropped_unsaid_ = 0;
  std::int64_t dropped_since_ns_ = 0;
  record_writer writer_;
  std::string line_;  // the record being added
};

}  // namespace logio::client
