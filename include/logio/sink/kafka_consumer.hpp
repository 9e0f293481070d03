/// Reads topics of Kafka as a member of a group, and commits what its user has settled.
///
///     brokers ─► poll() ─► user ─► its sink
///        ▲                  │
///        └── commit ◄─── settle()
///
/// The committed offset of a partition is its lowest that is not settled, so whoever reads on, now
/// or after a crash, gets every message that was not settled, and maybe some that were: at least
/// once. Offsets are committed about once a second, when a partition is given up, and at the end.
/// Messages of transactions that were aborted or are open are not read.
///
/// The group moves partitions between its members, one by one (cooperative). What was read of a
/// partition that is taken away and is not settled then, its next owner reads again; to settle it
/// afterwards is allowed and does nothing.
///
/// Nothing goes by unseen: what the topic's retention has deleted before it was read, and what
/// cannot be read (a broken checksum, an unknown format), is logged and counted by lost().
///
/// Ownership:      owns the library's object with its threads. The destructor calls close() and
///                 then waits for the threads, one of which may be looking up a name.
/// Thread safety:  one thread.
/// Errors:         brokers that cannot be reached, a topic that is not there, a permission that is
///                 missing: trouble() says so, and it goes on by itself as soon as that is mended.
/// Limits:         reads about 16 MiB ahead, or one message if that is larger, of at most 128 MiB.
///                 poll() is to be called at least every 5 minutes, else the group goes on without
///                 this member until the next call.
/// Source:         librdkafka 2.8, INTRODUCTION.md; KIP-429 (cooperative), KIP-98 (transactions).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/sink/kafka_consumer_options.hpp"

namespace logio::sink {

/// Names a message until it is settled.
struct kafka_place {
  std::uint32_t lane = 0;  ///< the assignment of its partition, whose number is used only once
  std::int64_t offset = 0;
  bool operator==(const kafka_place&) const = default;
};

struct kafka_header_in {
  std::string_view name, value;
};

/// A message as it was read; everything lives until the next poll().
struct kafka_message_in {
  std::string_view key, value;
  bool has_value = true;  ///< false: a tombstone, which deletes its key in a compacted topic
  std::vector<kafka_header_in> headers;
  std::int64_t timestamp_ns = 0;  ///< of its producer or of the broker; 0: it has none
  std::string_view topic;
  std::int32_t partition = 0;
  kafka_place place;
};

class kafka_consumer {
 public:
  using on_message = std::function<void(const kafka_message_in&)>;

  /// Begins to connect and to join by itself; no broker needs to be there. Null, and `error` says
  /// why and how to mend it, when the options cannot be.
  static std::unique_ptr<kafka_consumer> open(const kafka_consumer_options& options,
                                              std::string& error);
  ~kafka_consumer();
  kafka_consumer(const kafka_consumer&) = delete;

  /// Waits up to `wait` for messages and gives those that are there, `messages_max` at most. With
  /// 0 it takes part in the group for so long, gives nothing and makes the brokers wait: for a
  /// user who cannot take more now. False: there was no message.
  bool poll(std::chrono::milliseconds wait, std::size_t messages_max, const on_message& take);

  /// The message is delivered, or kept as a dead letter: it need not be read again.
  void settle(const kafka_place& place);

  /// Commits what is settled. Waits for the brokers up to the options' timeout, or not at all.
  /// False when they refused it, or have not answered in time; it is repeated by later calls.
  bool commit(bool wait);

  /// Commits, leaves the group and is done: nothing but the destructor may follow. Takes at most
  /// about `wait`; false when it was not enough, and then the group waits for the session's end.
  bool close(std::chrono::milliseconds wait);

  /// Why nothing comes, on one line, with the brokers' addresses; empty when all is well.
  const std::string& trouble() const noexcept;

  /// Whether the group has decided which partitions are this member's: maybe none.
  bool assigned() const noexcept;
  std::size_t partitions() const noexcept;
  /// Whether it has, and each of them was read to what was its end then.
  bool at_end() const noexcept;

  /// Offsets of its partitions that are not read yet, as far as it is known.
  std::uint64_t waiting() const;
  /// Messages that were given and are not settled.
  std::size_t unsettled() const noexcept;
  /// Offsets that were skipped: deleted before they were read, or unreadable. An upper bound of the
  /// messages, for some offsets never are messages.
  std::uint64_t lost() const noexcept;

 private:
  struct state;
  explicit kafka_consumer(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

}  // namespace logio::sink
