#include "sink/compress_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "packed_files.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;

error_code compress(const std::string& from, const std::string& to, packing how,
                    bool stopped = false) {
  auto file = base::posix_file::open(from, base::posix_file::mode::read);
  REQUIRE(file.has_value());
  const auto facts = file->facts();
  REQUIRE(facts.has_value());
  return compress_file(*file, *facts, to, how, stopped);
}

TEST_CASE("a file of any size is compressed as a whole, with its permissions") {
  const temporary_folder folder;
  const packing how = GENERATE(packing::gzip, packing::zstd);
  const std::size_t bytes = GENERATE(0U, 1U, 256U << 10, 3'000'000U);
  const std::string text = some_text(bytes);
  write_file(folder.file("l"), text);
  std::filesystem::permissions(folder.file("l"), std::filesystem::perms{0604});
  REQUIRE_FALSE(compress(folder.file("l"), folder.file("p"), how));
  CHECK(unpacked_file(folder.file("p"), how) == text);
  CHECK(std::filesystem::status(folder.file("p")).permissions() == std::filesystem::perms{0604});
  if (bytes > 1000) CHECK(std::filesystem::file_size(folder.file("p")) < bytes / 2);
}

TEST_CASE("it never writes over a file, and stops when it is told") {
  const temporary_folder folder;
  write_file(folder.file("l"), "text\n");
  write_file(folder.file("p"), "other");
  CHECK(compress(folder.file("l"), folder.file("p"), packing::gzip) ==
        boost::system::errc::file_exists);
  CHECK(read_file(folder.file("p")) == "other");
  CHECK(compress(folder.file("l"), folder.file("q"), packing::gzip, true) ==
        boost::system::errc::operation_canceled);
}

TEST_CASE("names: the first that is free, the part beside it, the folder") {
  const temporary_folder folder;
  const std::string name = folder.file("l.log");
  CHECK(free_packed_name(name, packing::gzip) == name + ".gz");
  CHECK(free_packed_name(name, packing::zstd) == name + ".zst");
  write_file(name + ".gz", "");
  CHECK(free_packed_name(name, packing::gzip) == name + ".1.gz");
  write_file(name + ".1.gz", "");
  CHECK(free_packed_name(name, packing::gzip) == name + ".2.gz");
  CHECK(part_name("/var/log/l.gz") == "/var/log/.l.gz.part");
  CHECK(part_name("/l.gz") == "/.l.gz.part");
  CHECK(folder_of("/var/log/l") == "/var/log");
  CHECK(folder_of("/l") == "/");
}

}  // namespace
}  // namespace logio::sink
