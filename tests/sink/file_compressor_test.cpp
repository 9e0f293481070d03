#include "sink/file_compressor.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/core.h>

#include "packed_files.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;

bool waits_for_nothing(const file_compressor& c) { return c.counts().uncompressed_files == 0; }

/// The line that is on disk while `path` is compressed.
std::string mark_of(const std::string& path, const std::string& packed) {
  const auto f = base::facts_of(path);
  REQUIRE(f.has_value());
  return fmt::format("{} {} {} {} {} {}\n", path, packed, f->device, f->number, f->bytes,
                     f->written_ns);
}

TEST_CASE("files that are put are compressed and the plain ones removed") {
  const temporary_folder folder;
  file_compressor c(packing::gzip, "f", folder.path());
  c.clear();
  std::vector<std::string> paths;
  for (int i = 0; i < 5; ++i) {
    paths.push_back(folder.file("l." + std::to_string(i)));
    write_file(paths.back(), some_text(100'000 + static_cast<std::size_t>(i)));
    c.put(paths.back());
  }
  c.put(folder.file("never was"));
  REQUIRE(comes_true([&] { return waits_for_nothing(c); }));
  CHECK(c.take_done().size() == 6);
  CHECK(c.take_done().empty());
  CHECK(c.counts().compressed_files == 5);
  CHECK(c.counts().compress_failures == 0);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK_FALSE(base::exists(paths[i]));
    CHECK(unpacked_file(paths[i] + ".gz", packing::gzip) == some_text(100'000 + i));
  }
  CHECK(base::list_files(folder.path())->size() == 5);  // no part, no mark
  CHECK(c.end() == 0);
}

TEST_CASE("one that is taken back stays, whatever was going on with it") {
  const temporary_folder folder;
  const std::string path = folder.file("l");
  for (int round = 0; round < 50; ++round) {
    const std::string text = some_text(100'000 + 40'000U * static_cast<unsigned>(round % 10));
    write_file(path, text);
    file_compressor c(packing::zstd, "f", folder.path());
    c.put(path);
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(250 * round);
    (void)comes_true([&] { return std::chrono::steady_clock::now() >= until; });
    c.take_back(path);
    const bool is_there = base::exists(path);
    if (is_there) std::ofstream(path, std::ios::app) << "late\n";
    (void)c.end();
    CHECK(c.take_done().empty());
    CHECK(base::exists(path) == is_there);
    if (is_there) {
      CHECK(read_file(path) == text + "late\n");
      CHECK_FALSE(base::exists(path + ".zst"));
    } else {
      CHECK(unpacked_file(path + ".zst", packing::zstd) == text);
    }
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".zst");
    CHECK(base::list_files(folder.path())->empty());
  }
}

TEST_CASE("one that cannot be compressed stays and is tried again, others go on") {
  const temporary_folder folder;
  const std::string bad = folder.file("bad"), good = folder.file("good");
  write_file(bad, "bad\n");
  write_file(good, "good\n");
  std::filesystem::create_directory(part_name(bad + ".gz"));
  std::filesystem::create_directory(part_name(bad + ".gz") + "/in the way");
  file_compressor c(packing::gzip, "f", "");
  c.put(bad);
  REQUIRE(comes_true([&] { return c.counts().compress_failures >= 2; }));
  c.put(good);
  REQUIRE(comes_true([&] { return c.counts().compressed_files == 1; }));
  CHECK(read_file(bad) == "bad\n");
  std::filesystem::remove_all(part_name(bad + ".gz"));
  REQUIRE(comes_true([&] { return waits_for_nothing(c); }));
  CHECK(unpacked_file(bad + ".gz", packing::gzip) == "bad\n");
}

TEST_CASE("one that another writes to is not removed") {
  const temporary_folder folder;
  const std::string path = folder.file("l");
  write_file(path, "text\n");
  {
    auto other = base::posix_file::open(path, base::posix_file::mode::write_old);
    REQUIRE(other.has_value());
    REQUIRE_FALSE(other->lock());
    file_compressor c(packing::gzip, "f", "");
    c.put(path);
    REQUIRE(comes_true([&] { return c.counts().compress_failures >= 1; }));
    c.interrupt();
    CHECK(c.end() == 1);
  }
  CHECK(read_file(path) == "text\n");
  CHECK(base::list_files(folder.path())->size() == 1);
}

TEST_CASE("what a crash has left is mended, by the line that tells of it") {
  const temporary_folder state, logs;
  const std::string path = logs.file("l"), packed = path + ".gz";
  const std::string mark = state.file("compressing");
  file_compressor c(packing::gzip, "f", state.path());
  write_file(path, "text\n");

  SECTION("half way: the part goes, the plain file stays") {
    write_file(mark, mark_of(path, packed));
    write_file(part_name(packed), "half");
    c.clear();
    CHECK(read_file(path) == "text\n");
    CHECK(base::list_files(logs.path())->size() == 1);
  }
  SECTION("whole: the plain file goes") {
    write_file(mark, mark_of(path, packed));
    write_file(packed, "whole");
    c.clear();
    CHECK_FALSE(base::exists(path));
    CHECK(read_file(packed) == "whole");
  }
  SECTION("whole, but the plain file was written to since: both stay") {
    write_file(mark, mark_of(path, packed));
    write_file(packed, "whole");
    write_file(path, "text\nlate\n");
    c.clear();
    CHECK(read_file(path) == "text\nlate\n");
    CHECK(read_file(packed) == "whole");
  }
  SECTION("a line that says nothing touches nothing") {
    for (const std::string text : {"", "\n", "a b c\n", "%zz b 1 2 3 4\n", "a b 1 2 3 x\n"}) {
      write_file(mark, text);
      c.clear();
      CHECK(read_file(path) == "text\n");
    }
  }
  CHECK_FALSE(base::exists(mark));
}

TEST_CASE("the end finishes what is soon finished, and not what is interrupted") {
  const temporary_folder folder;
  write_file(folder.file("small"), "text\n");
  {
    file_compressor c(packing::gzip, "f", "");
    c.put(folder.file("small"));
    CHECK(c.end() == 0);
    CHECK(c.counts().compressed_files == 1);
  }
  write_file(folder.file("large"), some_text(60'000'000));
  file_compressor c(packing::gzip, "f", "");
  c.put(folder.file("large"));
  c.interrupt();
  CHECK(c.end() == 1);
  CHECK(base::exists(folder.file("large")));
  CHECK(base::list_files(folder.path())->size() == 2);
}

}  // namespace
}  // namespace logio::sink
