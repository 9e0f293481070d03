#pragma once

#include <cstdint>
#include <cstdio>

namespace logio::bench {

/// What a run found. Counts are of the measured time unless they say otherwise.
struct outcome {
  double seconds = 0;
  std::uint64_t published = 0;
  std::uint64_t delivered = 0;
  double server_cpu_s = 0;
  double server_waited_s = 0;  ///< able to run, but without a core
  double generator_cpu_s = 0;
  double generator_waited_s = 0;
  double generator_user_s = 0;

  std::uint64_t resident_start = 0;  ///< after the active connections exchanged a block
  std::uint64_t resident_idle = 0;   ///< after the idle ones connected too
  std::uint64_t resident_peak = 0;
  std::uint64_t resident_end = 0;

  std::uint64_t aged_lines = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double worst_us = 0;

  std::uint64_t joins = 0;  ///< readers of history that got all their lines
  std::uint64_t joins_failed = 0;
  double first_p50_us = 0;  ///< from their request to the first byte of a line
  double first_p99_us = 0;

  // Over the whole run, of the subscribers that read.
  std::uint64_t matched = 0;
  std::uint64_t received = 0;
  std::uint64_t announced = 0;
  std::uint64_t notices = 0;
  std::uint64_t unaccounted_subscribers = 0;  ///< matched is not received + announced
  std::uint64_t lossy_subscribers = 0;        ///< of those that kept up, how many lost a line
  std::uint64_t cut_off = 0;                  ///< stuck readers that the server gave up
  std::uint64_t missed_by_unmatched = 0;      ///< announced to those that match nothing
};

/// True when each line is accounted for, and none was lost by a reader that kept up.
bool is_good(const outcome& out, bool may_shed);

/// Prints `key=value` lines.
void print(const outcome& out, std::FILE* to);

}  // namespace logio::bench
