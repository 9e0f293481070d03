/// Compresses the sealed segments of a directory, the oldest first, as they come.
///
///     sealed ─► the next one is sealed too ─► NAME.segment ─► NAME.segment.zst
///
/// The newest sealed one stays plain, so that who is behind by seconds reads what it always read.
/// Readers go on undisturbed: they find a segment in one form or the other. What cannot be done (a
/// full disk) is said once and tried again later; the plain segment is there meanwhile.
///
/// Ownership:      borrows the directory, which must outlive it; owns its thread, of the lowest
///                 priority.
/// Thread safety:  stop(): once. compressed_segments(): any thread.
/// Errors:         never given up; the program's log tells.
/// Limits:         4 MiB of memory; on the disk the compressed segment beside the plain one, for
///                 which the plain one's size must be free.
/// Source:         src/journal/FORMAT.md, "Compressed".
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "logio/base/result.hpp"
#include "logio/journal/directory.hpp"

namespace logio::journal {

class compressor {
 public:
  struct pace {
    std::chrono::milliseconds look{1000};    ///< between two looks for a segment
    std::chrono::milliseconds retry{60'000};  ///< after one that failed
  };

  explicit compressor(directory& in) : compressor(in, pace()) {}
  compressor(directory& in, const pace& how);
  compressor(const compressor&) = delete;
  ~compressor();

  /// Ends the thread; what it has not finished stays plain.
  void stop();

  /// Since it began.
  std::uint64_t compressed_segments() const noexcept {
    return compressed_.load(std::memory_order_relaxed);
  }

 private:
  void run();
  bool wait(std::chrono::milliseconds time);
  std::optional<segment_info> find_next();
  error_code compress(const segment_info& of);
  void note_failure(const segment_info& of, const error_code& why);

  directory& directory_;
  const pace pace_;
  std::atomic<std::uint64_t> compressed_{0};
  std::atomic<bool> stopping_{false};  // set under mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  // The thread's:
  std::set<std::string> failed_;
  std::chrono::steady_clock::time_point retry_at_;
  bool warned_ = false;
  std::thread thread_;
};

}  // namespace logio::journal
