/// What the kernel says of this process: the `process_…` metrics.
///
/// Thread safety:  free function: any thread.
/// Errors:         what cannot be read is 0.
#pragma once

#include <cstdint>

namespace logio::serve {

struct process_stats {
  double cpu_seconds = 0;         ///< user and system
  double start_time_seconds = 0;  ///< since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
};

/// Some ten microseconds. Kernels before 6.2 do not tell the number of open descriptors: there they
/// are counted, which takes longer the more there are.
process_stats read_process_stats();

}  // namespace logio::serve
