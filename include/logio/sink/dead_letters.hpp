/// Records that a sink's peer will never take, each with the peer's reason.
///
///     {"reason":"mapper_parsing_exception: …","refused_at":"…","record":{…}}      one a line
///
/// With a folder they are the file `dead.ndjson` in it, which survives restarts; without one they
/// are in memory. A record's object is the one that subscribers get as NDJSON, so that it can be
/// posted again as it is.
///
/// Ownership:      owns its memory and its file.
/// Thread safety:  all members, from any thread.
/// Errors:         the kernel's; what could not be written down is counted in lost() and logged.
/// Limits:         file_bytes_max and memory_bytes_max; past that the newest are not kept, and
///                 counted in lost(): the oldest show how it began. While they are sent again those
///                 that are refused again are kept too, at most twice as much in all.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "logio/base/posix_file.hpp"
#include "logio/base/result.hpp"
#include "logio/sink/client.hpp"

namespace logio::sink {

class dead_letters {
 public:
  static constexpr std::uint64_t file_bytes_max = std::uint64_t{256} << 20;
  static constexpr std::size_t memory_bytes_max = std::size_t{8} << 20;

  /// `folder`: empty for memory. It must exist.
  explicit dead_letters(std::string folder);

  void add(const item& dead, std::string_view why, std::int64_t now_ns);
  /// What was added is on disk when it returns.
  void sync();

  /// The lines, oldest first, from byte `at` of their file on and about `bytes_max` of them; moves
  /// `at` behind them. Empty: that was all.
  result<std::string> read(std::uint64_t& at, std::size_t bytes_max) const;

  /// Forgets the lines in front of byte `at`, where a read() stopped.
  error_code forget(std::uint64_t at);

  std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 private:
  std::string path() const { return folder_ + "/dead.ndjson"; }
  error_code write();

  const std::string folder_;
  mutable std::mutex mutex_;
  // Under mutex_:
  base::posix_file file_;
  std::string text_;  // without a folder all of them, else what is not written yet
  std::uint64_t file_bytes_ = 0;
  bool unsynced_ = false;
  bool full_ = false;  // and it was said
  std::uint64_t forgotten_ = 0;  // in front of text_, without a folder
  std::atomic<std::uint64_t> count_{0}, lost_{0};
};

}  // namespace logio::sink
