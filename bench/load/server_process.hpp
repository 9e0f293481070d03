#pragma once

#include <cstdint>

#include <sys/types.h>

namespace logio::bench {

/// The server under test as the kernel accounts for it; pid 0 stands for none, which costs 0.
///
/// Source: utime and stime of /proc/PID/stat, read through the process's CPU clock, which counts
/// the same in nanoseconds; Rss of /proc/PID/smaps_rollup; /proc/PID/statm.
class server_process {
 public:
  explicit server_process(pid_t pid) : pid_(pid) {}

  /// CPU time of all its threads so far. Throws std::system_error when it is gone.
  std::uint64_t cpu_ns() const;

  /// How long its threads, while able to run, had to wait for a core so far: what other processes
  /// (or it itself, over several threads on one core) took away. 0 where the kernel does not say.
  std::uint64_t waited_ns() const;

  /// Resident memory, from its page tables: some milliseconds, in which it cannot map memory.
  /// Throws std::runtime_error when it cannot be read.
  std::uint64_t resident_bytes() const;

  /// The same from the kernel's counters: at once, and off by up to 64 pages for each core.
  std::uint64_t resident_bytes_about() const;

 private:
  pid_t pid_;
};

/// The same for this thread: CPU time, the part of it outside the kernel, waiting for the core.
std::uint64_t own_cpu_ns();
std::uint64_t own_user_ns();
std::uint64_t own_waited_ns();

}  // namespace logio::bench
