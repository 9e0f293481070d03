/// One sink's way to its peer: takes records, and says of each what became of it.
///
/// The seam of a new sink: everything else (which records, when, again, how fast, what is told of
/// it) is the runner's and the same for all.
///
///     runner ─► deliver(items) ─► encoder ─► peer
///        ◄───── fates: delivered | refused, why | pending, why
///
/// Ownership:      the runner owns the client; items are borrowed for the call.
/// Thread safety:  interrupt() and counts() on any thread, the rest on the runner's.
/// Limits:         a call takes at most about the sink's timeout, however the peer behaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"

namespace logio::sink {

/// A record that is to be delivered.
struct item {
  record::view record;
  const record::topic* topic = nullptr;
  std::int64_t arrival_ns = 0;
  std::uint64_t epoch = 0;  ///< of the run of the hub that gave it the position
  std::uint64_t position = 0;
  /// It was, or may have been, given to the peer before: a peer that has it already is right.
  bool repeated = false;
  /// From the dead letters: the peer refused it, or it was given up. It comes out of its turn.
  bool resent = false;
};

enum class fate : std::uint8_t {
  pending,    ///< not delivered, as far as one can tell: is to be tried again
  delivered,  ///< as the sink promises
  refused,    ///< the peer will never take it
};

/// What became of the items of one call.
struct outcome {
  struct refusal {
    std::size_t item = 0;
    std::string why;  ///< in the peer's words
  };
  std::vector<sink::fate> fates;   ///< one for each item, pending at the beginning
  std::vector<refusal> refusals;   ///< one for each that is refused
  std::uint64_t sent_bytes = 0;    ///< that were handed to the peer in this call
  std::uint64_t cut_records = 0;   ///< delivered in this call, but not whole: the peer takes less
  /// Why items are pending; empty only when none is. One line, with the peer's address.
  std::string error;
  /// The peer is well and has too much to do: back off, but it is no failure.
  bool busy = false;
};

/// What a client tells of itself besides fates. Zero where there is no such thing.
struct client_counts {
  std::uint64_t compressed_files = 0;
  std::uint64_t uncompressed_files = 0;  ///< that are to be
  std::uint64_t compress_failures = 0;   ///< each is tried again
};

class client {
 public:
  virtual ~client() = default;

  /// Before the first deliver(). Whoever had this client's place has ended.
  virtual void begin() noexcept {}

  /// Delivers in order, connecting first if need be. What is pending afterwards is offered again,
  /// in order, in front of what is new. Never throws.
  virtual void deliver(std::span<const item> items, outcome& out) = 0;

  /// Lets go of the connection, so that the next call makes a new one, with a fresh look-up of the
  /// name. Called after a failure, and at the end.
  virtual void close() noexcept = 0;

  /// Instead of the last close(): nothing follows. Takes a few seconds at most, little of it after
  /// interrupt().
  virtual void end() noexcept { close(); }

  virtual client_counts counts() const { return {}; }

  /// From any thread: a deliver() that runs, and each later one, returns soon.
  virtual void interrupt() noexcept = 0;
};

}  // namespace logio::sink
