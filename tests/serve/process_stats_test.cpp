#include "serve/process_stats.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <ctime>

namespace logio::serve {
namespace {

TEST_CASE("the process has used time and memory, and began a while ago") {
  const process_stats stats = read_process_stats();
  const auto now = static_cast<double>(std::time(nullptr));
  CHECK(stats.cpu_seconds > 0);
  CHECK(stats.resident_bytes > 100'000);
  CHECK(stats.virtual_bytes > stats.resident_bytes);
  CHECK(stats.start_time_seconds < now + 1);
  CHECK(stats.start_time_seconds > now - 3600);
  CHECK(stats.descriptors_max >= stats.open_descriptors);
}

TEST_CASE("a descriptor more is counted") {
  const std::uint64_t before = read_process_stats().open_descriptors;
  const int fd = ::dup(0);
  REQUIRE(fd >= 0);
  CHECK(read_process_stats().open_descriptors == before + 1);
  ::close(fd);
  CHECK(read_process_stats().open_descriptors == before);
}

}  // namespace
}  // namespace logio::serve
