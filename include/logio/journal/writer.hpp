/// Puts the log on disk: a bounded buffer in front of a thread that writes and syncs.
///
///     log's thread: try_append ─► frames in the buffer ─► disk thread: write, sync, seal, delete
///                    └─ no room: the disk is behind            └─► durable_position()
///
/// What is appended is written within `linger` (10 ms) if the disk keeps up; what gathers meanwhile
/// goes out in one write. A disk that refuses or has less than its minimum free: the oldest
/// segments are deleted first; if that does not help, the buffer fills, try_append() says so, and
/// stalled_because() says why. It goes on by itself when the disk does. Only a sync that failed is
/// not tried again, for the kernel may then call durable what it has lost: from there on records
/// are written and not acknowledged, until the hub is started again.
///
/// Ownership:      borrows the directory, which must outlive it; owns its thread.
/// Thread safety:  try_append(), add_gap() and wait_for_room(): one thread. The rest: any thread.
/// Errors:         never given up but at close(); stalled_because() and the program's log tell.
/// Limits:         `buffer_bytes` not yet written; segments of about `segment_bytes`.
/// Source:         src/journal/FORMAT.md.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logio/journal/directory.hpp"
#include "logio/journal/segment_builder.hpp"
#include "logio/journal/writer_options.hpp"

namespace logio::base {
class posix_file;
}

namespace logio::journal {

class active_segment;
class client_book;

/// What the disk thread tells as it goes; all of them are called on it and may be empty.
struct writer_events {
  std::function<void()> on_progress;  ///< durable_position() has moved
  std::function<void(std::chrono::nanoseconds)> on_write;  ///< one write took so long
  std::function<void(std::chrono::nanoseconds)> on_sync;
  std::function<void()> on_written = {};  ///< written_position() has moved
};

class writer {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds linger{10};
  static constexpr std::chrono::seconds hang_time{5};

  /// Begins the epoch's first segment with the clients that `in` recovered.
  writer(directory& in, const writer_options& options, const segment_head& first,
         writer_events events);
  writer(const writer&) = delete;
  ~writer();

  /// False: there is no room; nothing was taken.
  bool try_append(const batch& b, const record::topic_view& topic);
  bool try_append(const gap& g);
  /// Waits until there may be room, or the time is over.
  void wait_for_room(std::chrono::milliseconds at_most);

  /// Every record in front of it survives what the policy says it does.
  std::uint64_t durable_position() const noexcept {
    return durable_.load(std::memory_order_acquire);
  }
  /// Every record in front of it is in a file, and may be read there (journal::follower).
  std::uint64_t written_position() const noexcept {
    return written_.load(std::memory_order_acquire);  // partner: the release in write()
  }
  /// For followers.
  const active_segment& active() const noexcept { return *active_told_; }
  /// Bytes of the segment that is being written.
  std::uint64_t active_bytes() const noexcept {
    return active_bytes_.load(std::memory_order_relaxed);
  }
  /// What was free on the disk a moment ago.
  std::uint64_t disk_free_bytes() const noexcept {
    return disk_free_.load(std::memory_order_relaxed);
  }
  /// Why nothing can be written now, or nothing is durable any more; empty when all is well. A
  /// disk that does not answer one call for hang_time is such a reason.
  std::string stalled_because() const;
  /// Whether the disk does not answer.
  bool is_hanging() const noexcept;

  /// From now on the oldest segments go by these limits; within a second. From any thread.
  void keep(const retention& as);

  /// From now on what is written is synced at once, unless never: the hub is about to end.
  void hurry();

  /// Writes what is left, seals the segment and ends the thread; at `deadline` what is still left
  /// is given up. Returns the number of positions that were.
  std::uint64_t close(clock::time_point deadline);

 private:
  struct piece {
    std::vector<std::byte> bytes;
    std::uint64_t next_position = 0;
    std::unique_ptr<segment_head> opens;     // a segment begins with it
    std::unique_ptr<segment_summary> seals;  // a segment ends with it
    std::vector<mark> marks;                 // of its frames
    std::vector<std::pair<std::uint32_t, record::topic>> topics;  // that it names
  };

  // Log's thread, under mutex_:
  void begin_segment(const segment_head& head, std::int64_t now_ns);
  void seal_segment();
  bool has_room(std::size_t frame_bytes) const noexcept;
  bool is_long_enough(std::int64_t now_ns) const noexcept;
  void begin_append();
  void end_append();
  void push_current();
  // Disk thread:
  void run();
  bool take(std::deque<piece>& out);
  bool write(const piece& p);
  bool try_write(const piece& p, std::uint64_t& done);
  void tell_followers(const piece& p);
  error_code open_segment(const piece& p);
  error_code close_segment(const piece& p);
  void give_back(piece& p);
  void look_after_disk();
  retention kept() const;
  bool free_disk(const std::string& why);
  clock::duration call_time() const noexcept;
  bool pause();
  bool is_hurrying() const;
  void set_stalled(const std::string& why);
  error_code sync();
  void sync_when_due();
  void advance();

  directory& directory_;
  const writer_options options_;
  const writer_events events_;

  mutable std::mutex mutex_;
  std::condition_variable work_, room_;
  // Under mutex_:
  std::deque<piece> full_;
  piece current_;
  std::size_t buffered_ = 0;         // bytes of full_, current_ and what the disk thread holds
  std::size_t counted_current_ = 0;  // of current_, in buffered_
  clock::time_point first_waiting_;
  std::vector<std::vector<std::byte>> spares_;
  bool disk_idle_ = false;
  bool closing_ = false;
  bool hurrying_ = false;
  clock::time_point close_by_;
  retention keep_;
  std::string stalled_because_, sync_error_;
  std::unique_ptr<segment_builder> builder_;
  std::uint64_t begun_bytes_ = 0;  // of its segment, before the first record
  std::size_t pieced_marks_ = 0;   // of its summary's, that pieces took
  std::unique_ptr<client_book> clients_;

  const std::unique_ptr<active_segment> active_told_;
  // Disk thread's:
  std::unique_ptr<base::posix_file> file_;
  segment_info active_;
  std::uint64_t file_at_ = 0;
  bool unsynced_ = false, name_unsynced_ = false;
  error_code sync_failed_;  // what the kernel could not sync once, it may have forgotten
  clock::time_point sync_due_, look_due_;

  std::atomic<std::uint64_t> written_, durable_, active_bytes_{0}, disk_free_{0};
  std::atomic<std::int64_t> calling_since_{0};  // on the monotonic clock; 0: the disk is not asked
  std::thread disk_;
};

}  // namespace logio::journal
