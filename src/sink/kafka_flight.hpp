/// What was handed to the Kafka producer and not yet told to the runner.
///
/// A call may end while brokers still owe an answer. What was produced must then not be produced
/// again, for the producer goes on trying by itself and the records would be there twice. So the
/// records in flight are remembered, recognized when the runner offers them again, and only their
/// answers are waited for.
///
///     add() ─► open ─► resolve() ─► resolved ─► take(): told to the runner
///
/// Ownership:      owns its entries; a tag is valid until clear().
/// Thread safety:  distinct objects.
/// Limits:         as many entries as were added, i.e. one batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/sink/client.hpp"
#include "sink/kafka_verdict.hpp"

namespace logio::sink {

class kafka_flight {
 public:
  using tag = std::uint32_t;
  static constexpr tag none = std::numeric_limits<tag>::max();

  struct answer {
    kafka_verdict verdict = kafka_verdict::pending;
    std::size_t bytes = 0;  ///< of the whole message
    std::string_view why;   ///< valid until clear()
  };

  /// In the order of the items.
  tag add(const item& which, std::size_t bytes);

  /// The producer's answer. One for a tag that has one already is ignored.
  void resolve(tag which, kafka_verdict verdict, std::string_view why);

  /// Gives each item its entry, or none. False when a record in flight is not offered any more
  /// although a later one is: the runner has given it up.
  bool match(std::span<const item> items, std::vector<tag>& tags) const;

  bool resolved(tag which) const noexcept { return entries_[which].at == stage::resolved; }
  /// The answer, which counts as told from now on. REQUIRES: resolved(which).
  answer take(tag which);

  std::size_t open() const noexcept { return open_; }
  bool empty() const noexcept { return entries_.size() == taken_; }
  void clear() noexcept;

 private:
  enum class stage : std::uint8_t { open, resolved, taken };
  struct entry {
    std::uint64_t epoch = 0;
    std::uint64_t position = 0;
    std::size_t bytes = 0;
    std::uint32_t reason = 0;  ///< its place in reasons_ and one more; 0: none
    kafka_verdict verdict = kafka_verdict::pending;
    stage at = stage::open;
  };

  std::vector<entry> entries_;
  std::vector<std::string> reasons_;  ///< only of what was not delivered
  std::size_t open_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace logio::sink
