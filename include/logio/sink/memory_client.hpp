/// The `in-memory:` sink: keeps the newest records, whole, for whoever asks.
///
/// Ownership:      copies what it keeps; who visits shares it.
/// Thread safety:  deliver() as client says; newest() from any thread.
/// Limits:         `records_max` records; together no more than `bytes_max`, but always the newest.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "logio/sink/client.hpp"

namespace logio::sink {

/// A record on its own.
struct kept_record {
  std::vector<std::byte> bytes;  ///< as in a batch
  record::topic topic;
  std::int64_t arrival_ns = 0;
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;

  record::view view() const noexcept { return record::view(bytes.data()); }
};

class memory_client final : public client {
 public:
  memory_client(std::size_t records_max, std::size_t bytes_max)
      : records_max_(records_max), bytes_max_(bytes_max) {}

  /// Keeps what `from` kept, as far as it may. REQUIRES: nothing was delivered here.
  void take_over(const memory_client& from);

  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override {}
  void interrupt() noexcept override {}

  /// Those that are kept, oldest first.
  std::vector<std::shared_ptr<const kept_record>> newest() const;

 private:
  void shed();

  const std::size_t records_max_, bytes_max_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const kept_record>> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace logio::sink
