/// The sink's side of `ship`: a queue of pieces that makes its input wait.
///
/// Ownership:      owns the pieces until they are settled.
/// Thread safety:  push(), end(), settled_number(): the input's thread. stop(): any. The rest is
///                 said at source.
/// Limits:         holds about held_bytes_max and one piece, also of what is being delivered, and
///                 of records that are not wanted behind it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "logio/sink/client.hpp"
#include "logio/sink/source.hpp"
#include "ship_piece.hpp"

namespace logio::app {

class ship_source final : public sink::source {
 public:
  static constexpr std::size_t held_bytes_max = std::size_t{16} << 20;

  /// `begin`: where the input goes on. `epoch` numbers records whose place has no epoch.
  ship_source(sink::log_place begin, std::uint64_t epoch) : epoch_(epoch), place_(begin) {}

  /// Takes the piece; false: there was no room by then, or stop() was called, and it is still the
  /// caller's.
  bool push(std::unique_ptr<ship_piece>& piece, sink::clock::time_point until);
  /// Nothing more comes.
  void end();
  bool has_ended() const;

  /// The input is to end.
  void stop();
  bool is_stopped() const noexcept { return stopped_.load(std::memory_order_acquire); }

  /// Nothing more will be settled.
  void finish();
  /// Waits for a while, or until that is so.
  bool wait_finished(std::chrono::milliseconds wait);

  /// Up to this one all records are delivered, refused or not wanted.
  std::uint64_t settled_number() const;

  /// Whether an item that was fetched and is not settled can be given to no peer.
  bool has_unusable() const;
  /// Why the item, which was fetched and is not settled, can be given to no peer.
  std::optional<std::string> why_unusable(const sink::item& i) const;

  void fetch(sink::batch& out, const sink::batch_limits& limits,
             sink::clock::time_point until) override;
  void settle() override;
  sink::log_place place() const override;
  bool exhausted() const override;
  sink::source_counts counts() const override;
  void interrupt() override;

 private:
  bool is_ripe(const sink::batch_limits& limits) const noexcept {
    return waiting_records_ >= limits.records || waiting_bytes_ >= limits.bytes;
  }
  void take(sink::batch& out, const sink::batch_limits& limits);

  const std::uint64_t epoch_;
  mutable std::mutex mutex_;
  std::condition_variable news_, room_;
  // Under mutex_:
  std::deque<std::unique_ptr<ship_piece>> pieces_;
  std::size_t piece_ = 0, row_ = 0;  // what is fetched next
  std::uint64_t waiting_records_ = 0;
  std::size_t waiting_bytes_ = 0, held_bytes_ = 0;
  std::uint64_t taken_records_ = 0, matched_ = 0;
  std::uint64_t pushed_number_ = 0, settled_number_ = 0;
  sink::log_place place_;
  std::map<const std::byte*, std::string> unusable_;  // of what is fetched
  bool ended_ = false, interrupted_ = false, finished_ = false;
  std::atomic<bool> stopped_{false};
};

/// Gives the dead letters what no peer can take, and the rest to the sink's client.
class ship_client final : public sink::client {
 public:
  ship_client(std::unique_ptr<sink::client> to, const ship_source& from)
      : to_(std::move(to)), from_(from) {}

  void deliver(std::span<const sink::item> items, sink::outcome& out) override;
  void begin() noexcept override { to_->begin(); }
  void close() noexcept override { to_->close(); }
  void end() noexcept override { to_->end(); }
  sink::client_counts counts() const override { return to_->counts(); }
  void interrupt() noexcept override { to_->interrupt(); }

 private:
  const std::unique_ptr<sink::client> to_;
  const ship_source& from_;
};

}  // namespace logio::app
