#include "server_process.hpp"

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

namespace logio::bench {

namespace {

std::uint64_t read_clock(clockid_t clock) {
  timespec now{};
  if (::clock_gettime(clock, &now) != 0) {
    throw std::system_error(errno, std::generic_category(), "the server's CPU clock");
  }
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// The second number of a thread's schedstat.
std::uint64_t read_waited(const std::string& task) {
  std::ifstream in(task + "/schedstat");
  std::uint64_t ran = 0;
  std::uint64_t waited = 0;
  in >> ran >> waited;
  return waited;
}

}  // namespace

std::uint64_t server_process::waited_ns() const {
  if (pid_ == 0) {
    return 0;
  }
  std::uint64_t sum = 0;
  std::error_code gone;
  const std::string tasks = "/proc/" + std::to_string(pid_) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    sum += read_waited(task.path().string());
  }
  return sum;
}

std::uint64_t server_process::cpu_ns() const {
  if (pid_ == 0) {
    return 0;
  }
  clockid_t clock{};
  if (const int error = ::clock_getcpuclockid(pid_, &clock); error != 0) {
    throw std::system_error(error, std::generic_category(), "the server's CPU clock");
  }
  return read_clock(clock);
}

std::uint64_t server_process::resident_bytes() const {
  if (pid_ == 0) {
    return 0;
  }
  std::ifstream in("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  std::string word;
  std::uint64_t kib = 0;
  while (in >> word) {
    if (word == "Rss:" && in >> kib) {
      return kib * 1024;
    }
  }
  throw std::runtime_error("cannot read the server's smaps_rollup");
}

std::uint64_t server_process::resident_bytes_about() const {
  if (pid_ == 0) {
    return 0;
  }
  std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t size_pages = 0, resident_pages = 0;
  if (in >> size_pages >> resident_pages) {
    return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  throw std::runtime_error("cannot read the server's statm");
}

std::uint64_t own_cpu_ns() {
  return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

std::uint64_t own_waited_ns() {
  return read_waited("/proc/thread-self");
}

std::uint64_t own_user_ns() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return static_cast<std::uint64_t>(usage.ru_utime.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(usage.ru_utime.tv_usec) * 1000U;
}

}  // namespace logio::bench
