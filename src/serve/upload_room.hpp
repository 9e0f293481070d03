/// What the publishing requests of one thread share: the read buffer, the scratch batch, and the
/// way into the ring.
///
/// Both are used by one request in one synchronous step: read, decode, append. Only while a batch
/// waits for room in the ring it stays, and then nobody decodes until it is gone (!ready()).
///
/// Ownership:      the lane owns it; it borrows the shard. A batch that waits keeps its topic.
/// Thread safety:  belongs to the lane's thread.
/// Limits:         a read of read_bytes, a batch of batch_bytes_max; memory comes with first use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "logio/hub/shard.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/net/executor.hpp"
#include "logio/record/batch_builder.hpp"

namespace logio::serve {

class upload_room {
 public:
  static constexpr std::size_t read_bytes = std::size_t{64} << 10;
  static constexpr std::size_t batch_bytes_max = std::size_t{64} << 10;

  explicit upload_room(hub::shard& shard) : shard_(shard), batch_(batch_bytes_max) {}
  upload_room(const upload_room&) = delete;

  std::span<char> read_room();

  /// Whether the batch may be filled.
  bool ready() const noexcept { return waiting_ == nullptr && !shard_.stalled(); }
  /// REQUIRES: ready().
  record::batch_builder& batch() noexcept { return batch_; }

  /// Appends the batch and counts it. When the ring is full it waits, !ready(), and is appended
  /// as soon as there is room, whatever becomes of the caller. An empty batch is no batch.
  void append(const hub::topic_ptr& topic, std::int64_t arrival_ns);

  /// Completes when ready(). Cancelled, it throws operation_aborted.
  net::task<> wait_ready();

 private:
  bool try_append();
  void retry();

  hub::shard& shard_;
  std::unique_ptr<char[]> read_room_;
  record::batch_builder batch_;
  hub::topic_ptr waiting_;  // the batch's topic, while it waits
  std::int64_t arrival_ns_ = 0;
};

}  // namespace logio::serve
