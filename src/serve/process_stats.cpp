#include "process_stats.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <string>

namespace logio::serve {
namespace {

double seconds_of(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

double clock_seconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// From the kernel's record of the process, which counts since the boot.
double find_start_time() {
  constexpr int fields_before = 19;  // between the name, which may hold anything, and the time
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::size_t at = line.rfind(')');
  for (int i = 0; i <= fields_before && at != std::string::npos; ++i) at = line.find(' ', at + 1);
  if (at == std::string::npos) return 0;
  const double ticks = std::strtod(line.c_str() + at, nullptr);
  const double since_boot = ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return clock_seconds(CLOCK_REALTIME) - clock_seconds(CLOCK_BOOTTIME) + since_boot;
}

std::uint64_t count_descriptors() {
  struct stat folder {};
  constexpr const char* path = "/proc/self/fd";
  if (::stat(path, &folder) == 0 && folder.st_size > 0) {
    return static_cast<std::uint64_t>(folder.st_size);
  }
  DIR* const entries = ::opendir(path);
  if (entries == nullptr) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(entries)) count += entry->d_name[0] != '.' ? 1 : 0;
  ::closedir(entries);
  return count - 1;  // the folder itself was open
}

}  // namespace

process_stats read_process_stats() {
  static const double start_time = find_start_time();
  process_stats stats;
  stats.start_time_seconds = start_time;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    stats.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  }
  std::uint64_t virtual_pages = 0, resident_pages = 0;
  std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  stats.virtual_bytes = virtual_pages * page_bytes;
  stats.resident_bytes = resident_pages * page_bytes;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) stats.descriptors_max = files.rlim_cur;
  stats.open_descriptors = count_descriptors();
  return stats;
}

}  // namespace logio::serve
