/// Compresses files that are done with, one after the other, on a slow thread of its own.
///
///     put(NAME) ─► waiting ─► .NAME.gz.part ─► NAME.gz, synced ─► NAME removed ─► take_done()
///                    │  ▲                                │
///      take_back() ◄─┘  └─ cannot: again after a while ◄─┘
///
/// A file is there under one name or the other at every moment. What a crash leaves is told by one
/// line in `FOLDER/compressing`, written before the thread touches anything:
///
///     NAME NAME.gz DEVICE INODE BYTES WRITTEN
///
/// clear() removes the part, and NAME where NAME.gz is whole and NAME still is the file that it was
/// made of. When in doubt both stay.
///
/// Ownership:      owns its thread, which begins with the first file.
/// Thread safety:  one thread, but interrupt() and counts(): any.
/// Errors:         a file that cannot be compressed stays as it is, is warned of once, counted, and
///                 tried again after a wait that grows to retry_wait_max.
/// Limits:         memory: the names that wait, and compress_file()'s. Nothing waits for the thread
///                 but end(), for at most end_wait.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "logio/base/back_off.hpp"
#include "logio/sink/client.hpp"
#include "sink/compress_file.hpp"

namespace logio::sink {

class file_compressor {
 public:
  static constexpr std::chrono::seconds end_wait{2};
  static constexpr std::chrono::minutes retry_wait_max{5};

  /// `sink`: its name, for the log. `folder`: where it remembers; empty: nowhere.
  file_compressor(packing how, std::string sink, std::string folder);
  file_compressor(const file_compressor&) = delete;
  ~file_compressor();

  /// Mends what a crash has left. REQUIRES: no put() yet.
  void clear();
  /// To be compressed. REQUIRES: nobody writes to it, and it is not there already.
  void put(std::string path);
  /// From here on the file is the caller's again, if it is there: it is neither read nor removed.
  void take_back(const std::string& path);
  /// Those that were compressed, or were not there, since the last call.
  std::vector<std::string> take_done();
  /// Finishes what can be finished soon, and ends the thread. Returns how many files are left.
  std::size_t end();
  /// end() does not wait.
  void interrupt() noexcept;
  client_counts counts() const;

 private:
  struct job {
    std::string path;
    bool failed = false;  ///< before
  };
  enum class end_of_job : std::uint8_t { done, absent, stopped, failed };

  void begin();
  void run();
  bool may_work() const;
  void settle(job of, end_of_job what, const error_code& why);
  end_of_job compress(const std::string& path, error_code& why);
  end_of_job replace(const std::string& path, const std::string& packed,
                     const base::posix_file& from, const base::file_facts& facts, error_code& why);
  end_of_job remove_plain(const std::string& path, const base::posix_file& from,
                          const base::file_facts& facts, error_code& why);

  const packing how_;
  const std::string sink_, folder_;
  base::back_off back_off_;  // the thread's

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_:
  std::deque<job> waiting_;
  std::string current_;  ///< what the thread is at; empty: nothing
  bool taken_ = false;   ///< back from it
  std::vector<std::string> done_;
  std::optional<std::chrono::steady_clock::time_point> retry_at_;
  bool failing_ = false;  ///< that was told
  bool interrupted_ = false, ended_ = false;

  std::atomic<bool> stop_{false};  ///< with what it is at
  std::atomic<std::uint64_t> compressed_{0}, failures_{0};
  std::thread thread_;
};

}  // namespace logio::sink
