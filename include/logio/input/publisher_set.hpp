/// The publishers of one I/O thread, from accepted connection to records in the ring.
///
///     socket ──read──► thread's buffer ──decoder──► thread's scratch batch ──shard──► ring
///                       128 KiB, shared               shared
///
/// All connections of a thread share one read buffer and one scratch batch: an idle connection owns
/// neither, a busy one decodes a whole read and appends it before another has its turn. When the
/// ring is full both stay as they are, and no publisher of the thread is read until there is room;
/// TCP then holds the senders back.
///
/// Ownership:      owns its sessions; borrows the shard, which must outlive it.
/// Thread safety:  belongs to the shard's thread.
/// Limits:         `publisher_options`; a connection reads at most `read_bytes` per turn. When
///                 unfinished records exceed the hub's total, whoever holds the most on this thread
///                 is closed; up to `held_bytes_small` are nobody's fault and go over the total.
/// Source:         the publish protocol of the README, "Publishing".
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "logio/hub/shard.hpp"
#include "logio/net/executor.hpp"
#include "logio/net/listener.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/wire/publish_error.hpp"

namespace logio::input {

struct publisher_options {
  std::size_t line_bytes_max = std::size_t{1} << 20;
  /// A connection without a byte is closed after this.
  std::chrono::milliseconds first_byte_timeout{30'000};
  /// After a close with a reason, how long the peer may still send before it is cut off.
  std::chrono::milliseconds linger_timeout{5'000};
};

class publisher_session;

class publisher_set {
 public:
  static constexpr std::size_t read_bytes = std::size_t{128} << 10;
  static constexpr std::size_t held_bytes_small = std::size_t{16} << 10;
  static constexpr std::size_t batch_bytes_min = std::size_t{64} << 10;
  static constexpr std::size_t batch_bytes_max = std::size_t{128} << 10;

  /// Bytes of a batch: those of a read, less where that would be much of a small queue or ring.
  static constexpr std::size_t batch_bytes(std::size_t subscriber_queue_bytes,
                                           std::size_t ring_bytes) noexcept {
    return std::clamp(std::min(subscriber_queue_bytes / 8, ring_bytes / 32), batch_bytes_min,
                      batch_bytes_max);
  }

  publisher_set(hub::shard& shard, const publisher_options& options);
  publisher_set(const publisher_set&) = delete;
  ~publisher_set();

  /// Serves the connection until it ends.
  void add(net::accepted connection);

  std::size_t size() const noexcept { return sessions_.size(); }

  /// Reads what has arrived, then closes every publisher with `shutting_down`.
  void drain();
  /// After drain(): whether everything that was read is in the ring, and nothing more is read.
  bool drained() const noexcept;
  /// Cuts off whoever is still there.
  void close_all();

 private:
  friend class publisher_session;
  using time_point = std::chrono::steady_clock::time_point;
  using deadlines = std::multimap<time_point, publisher_session*>;

  void remove(publisher_session& session);
  void shed_input();
  deadlines::iterator add_deadline(publisher_session& session, std::chrono::milliseconds in);
  void remove_deadline(deadlines::iterator at) { deadlines_.erase(at); }
  void arm_timer();
  void expire();

  hub::shard& shard_;
  const publisher_options options_;
  std::unique_ptr<char[]> buffer_;
  record::batch_builder batch_;
  std::unordered_set<std::shared_ptr<publisher_session>> sessions_;
  deadlines deadlines_;
  net::timer timer_;
  time_point armed_for_ = time_point::max();  // max: not armed
};

/// Tells a connection that is not served why, and closes it. From any thread, without waiting.
void turn_away(const net::accepted& connection, wire::publish_error why, std::string message);

}  // namespace logio::input
