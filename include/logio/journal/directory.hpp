/// A data directory: who has it, which epochs and segments it holds.
///
/// Opening it for a hub makes what is missing, takes the lock, and mends what a crash left: a torn
/// tail is cut off, a segment without footer gets one, a file that is no segment is set aside, and
/// of one that was being compressed one form is left. Only the newest segments are read as a whole,
/// until one tells which clients are known. A full disk is no reason not to open.
///
/// Ownership:      owns the lock for as long as it lives.
/// Thread safety:  segments(), epochs() and the members that change them: any thread. The rest is
///                 constant after open().
/// Errors:         open() says in words what failed, where, and what to do.
/// Limits:         the newest 1,000 epochs are remembered; a client is forgotten after 24 hours,
///                 and of more than 100,000 the longest unused.
/// Source:         src/journal/FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/journal/segment_builder.hpp"
#include "logio/journal/segment_summary.hpp"

namespace logio::base {
class posix_file;
}

namespace logio::journal {

class client_book;
class frame_cache;
struct segment_scan;

struct epoch_start {
  std::uint64_t epoch = 0;
  std::uint64_t first_position = 0;
  std::int64_t started_ns = 0;
};

struct segment_info {
  std::string name;  ///< of the plain file; compressed it has `.zst` behind it
  segment_head head;
  std::uint64_t next_position = 0;  ///< of the first record behind it
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of the file, as it is
  std::int64_t first_arrival_ns = 0;
  std::int64_t last_arrival_ns = 0;
  bool compressed = false;
  bool knows_clients = false;  ///< of mending: whoever is not in it is not known

  /// What a summary tells of it.
  void take(std::uint64_t next, const segment_summary& s) {
    next_position = next;
    records = s.records();
    first_arrival_ns = s.first_arrival_ns();
    last_arrival_ns = s.last_arrival_ns();
  }
};

struct located_segment {
  segment_info segment;
  std::uint64_t oldest_position = 0;  ///< of the directory: what is in front of it was deleted
};

/// What opening found and did.
struct recovery {
  std::uint64_t next_position = 1;
  std::vector<client_state> clients;
  std::uint64_t torn_bytes = 0;          ///< cut off behind the last whole frame
  std::uint64_t damaged_positions = 0;   ///< that no whole frame holds
  std::uint64_t segments_set_aside = 0;  ///< renamed to NAME.damaged
  std::vector<std::string> reports;      ///< a line about each of these
};

class directory {
 public:
  static constexpr std::size_t epochs_max = 1000;

  struct failure {
    error_code why;
    std::string message;
  };
  using opened = boost::system::result<std::unique_ptr<directory>, failure>;

  /// `owner` is what another hub is told that finds the directory taken.
  static opened open(const std::string& path, const std::string& owner);
  ~directory();

  const std::string& path() const noexcept { return path_; }
  std::string segment_path(const std::string& name) const;
  const recovery& recovered() const noexcept { return recovered_; }

  /// The known starts, oldest first.
  std::vector<epoch_start> epochs() const;
  /// On disk when it returns.
  error_code begin_epoch(const epoch_start& start);

  /// Those that nobody writes to any more, in their order.
  std::vector<segment_info> segments() const;
  std::uint64_t segment_bytes() const;
  /// Of those, the first that ends behind `position`, without a copy of all; nothing: none does.
  std::optional<located_segment> find_segment(std::uint64_t position) const;
  /// Of those, the first with something that arrived at `ns` or later.
  std::optional<located_segment> find_segment_since(std::int64_t ns) const;
  void add(segment_info sealed);
  /// Deletes the oldest one. False: there is none, or it cannot be deleted: then `why` is set. One
  /// thread.
  bool remove_oldest(error_code& why);
  /// Puts what a segment was compressed to, at unfinished_path() and on disk, into its place,
  /// unless the segment was deleted meanwhile. Readers find one form or the other. One thread.
  error_code exchange(const std::string& name, std::uint64_t bytes);
  std::string unfinished_path(const std::string& name) const;
  /// For those who read compressed segments.
  frame_cache& frames() const noexcept { return *frames_; }
  /// New names in it are on disk when it returns.
  error_code sync_segments() const;
  /// In its file system, for us.
  result<std::uint64_t> free_bytes() const;

 private:
  explicit directory(std::string path);

  std::optional<failure> take(const std::string& owner);
  std::optional<failure> read_epochs();
  std::optional<failure> read_segments();
  result<segment_info> mend(const std::string& file, client_book* clients);
  error_code seal(const std::string& path, segment_info& info, segment_scan& scan);
  std::optional<failure> refuse(const std::string& name, const error_code& why) const;
  void set_aside(const std::string& path, const error_code& why);
  error_code remove_files(const std::string& name) const;
  bool note_compressed(const std::string& name, std::uint64_t bytes);

  const std::string path_;
  const std::unique_ptr<frame_cache> frames_;
  std::unique_ptr<base::posix_file> lock_;
  recovery recovered_;
  mutable std::mutex mutex_;
  // Under mutex_:
  std::vector<epoch_start> epochs_;
  std::vector<segment_info> segments_;
  std::uint64_t segment_bytes_ = 0;
};

}  // namespace logio::journal
