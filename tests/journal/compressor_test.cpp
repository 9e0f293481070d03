#include "logio/journal/compressor.hpp"

#include "open_log.hpp"
#include "packed_segment.hpp"

namespace logio::journal {
namespace {

using namespace std::chrono_literals;

constexpr compressor::pace quickly{1ms, 1ms};

/// Appends until so many segments are sealed.
void fill(open_log& log, std::size_t sealed) {
  while (log.in->segments().size() < sealed) {
    for (int k = 0; k < 20; ++k) REQUIRE(log.append(20));
    REQUIRE(log.wait_for_all());
  }
}

std::size_t compressed(const directory& in) {
  const auto all = in.segments();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const segment_info& s) { return s.compressed; }));
}

std::uint64_t bytes_on_disk(const directory& in) {
  std::uint64_t out = 0;
  for (const segment_info& s : in.segments()) {
    const std::string path = in.segment_path(s.name);
    out += std::filesystem::file_size(s.compressed ? path + ".zst" : path);
  }
  return out;
}

TEST_CASE("all sealed segments but the newest are compressed, and counted as they are") {
  const temporary_folder folder;
  std::uint64_t bytes = 0;
  {
    open_log log(folder.path(), small_segments());
    fill(log, 4);
    CHECK(compressed(*log.in) == 0);
    compressor c(*log.in, quickly);
    const auto all_but_one = [&] { return compressed(*log.in) == log.in->segments().size() - 1; };
    REQUIRE(log.wait_until(all_but_one));
    fill(log, 7);
    REQUIRE(log.wait_until(all_but_one));
    REQUIRE(log.wait_until([&] { return c.compressed_segments() == compressed(*log.in); }));
    c.stop();
    CHECK_FALSE(log.in->segments().back().compressed);
    bytes = log.in->segment_bytes();
    CHECK(bytes == bytes_on_disk(*log.in));
    for (const segment_info& s : log.in->segments()) {
      CHECK(std::filesystem::exists(log.in->segment_path(s.name)) != s.compressed);
    }
    log.close();
  }
  const auto again = std::move(*directory::open(folder.path(), "pid 1"));
  CHECK(again->recovered().reports.empty());
  CHECK(compressed(*again) == 6);
  CHECK(again->segment_bytes() == bytes_on_disk(*again));
  CHECK(again->segment_bytes() > bytes);  // and the last one
  error_code why;
  while (again->remove_oldest(why)) {
  }
  CHECK_FALSE(why);
  CHECK(again->segment_bytes() == 0);
  CHECK(std::filesystem::is_empty(folder.file("journal")));
}

TEST_CASE("what cannot be written is tried again; the plain segment is there meanwhile") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  fill(log, 3);
  const std::string first = log.in->segments().front().name;
  // A folder that is not empty is in the way.
  std::filesystem::create_directories(log.in->unfinished_path(first) + "/x");
  compressor c(*log.in, quickly);
  REQUIRE(log.wait_until([&] { return compressed(*log.in) == 1; }));  // the second
  CHECK_FALSE(log.in->segments().front().compressed);
  CHECK(std::filesystem::exists(log.in->segment_path(first)));
  std::filesystem::remove_all(log.in->unfinished_path(first));
  CHECK(log.wait_until([&] { return compressed(*log.in) == 2; }));
}

TEST_CASE("beside retention no file is left that the directory does not know") {
  const temporary_folder folder;
  writer_options options = small_segments();
  options.segment_bytes = 8 << 10;
  open_log log(folder.path(), options);
  compressor c(*log.in, compressor::pace{0ms, 0ms});
  for (int round = 0; round < 300; ++round) {
    for (int k = 0; k < 5; ++k) REQUIRE(log.append(50));
    REQUIRE(log.wait_for_all());
    error_code why;
    if (round % 2 == 0) log.in->remove_oldest(why);
    while (log.in->segments().size() > 4) log.in->remove_oldest(why);
  }
  c.stop();
  CHECK(c.compressed_segments() > 0);
  CHECK(log.close() == 0);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("journal"))) {
    INFO(entry.path().string());
    ++files;
    CHECK(parse_segment_file_name(entry.path().extension() == ".zst"
                                      ? entry.path().stem().string()
                                      : entry.path().filename().string()));
  }
  CHECK(files == log.in->segments().size());
  CHECK(log.in->segment_bytes() == bytes_on_disk(*log.in));
}

}  // namespace
}  // namespace logio::journal
