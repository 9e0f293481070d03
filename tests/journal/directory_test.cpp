#include "logio/journal/directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>

#include "logio/base/crc32c.hpp"
#include "packed_segment.hpp"

namespace logio::journal {
namespace {

constexpr std::uint64_t small_epoch = 0x0123456789abcdef;

std::unique_ptr<directory> made_directory(const std::string& path) {
  auto opened = directory::open(path, "pid 1");
  REQUIRE(opened.has_value());
  return std::move(*opened);
}

std::string small_path(const std::string& folder) {
  return folder + "/journal/" + segment_file_name(small_epoch, 1);
}

TEST_CASE("an empty directory is made ready and begins with position 1") {
  const temporary_folder folder;
  const std::string path = folder.file("data");
  auto opened = directory::open(path, "pid 1");
  REQUIRE(opened.has_value());
  CHECK((*opened)->recovered().next_position == 1);
  CHECK((*opened)->segments().empty());
  CHECK((*opened)->epochs().empty());
}

TEST_CASE("a directory that another hub has is refused, and that hub is named") {
  const temporary_folder folder;
  auto first = directory::open(folder.path(), "pid 17 on h1");
  REQUIRE(first.has_value());
  const auto second = directory::open(folder.path(), "pid 18 on h1");
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().why == make_error_code(journal_error::in_use));
  CHECK(second.error().message.find("pid 17 on h1") != std::string::npos);
  first->reset();
  CHECK(directory::open(folder.path(), "pid 18 on h1").has_value());
}

TEST_CASE("what cannot be a data directory is refused with the place and the remedy") {
  const temporary_folder folder;
  write_file(folder.file("file"), {});
  for (const std::string& path : {folder.file("file"), std::string("/proc/nothing/data")}) {
    const auto opened = directory::open(path, "pid 1");
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().message.find(path) != std::string::npos);
  }
}

TEST_CASE("epochs are remembered; a new one begins no earlier than its position") {
  const temporary_folder folder;
  {
    auto opened = directory::open(folder.path(), "pid 1");
    REQUIRE_FALSE((*opened)->begin_epoch({1, 1, 10}));
    REQUIRE_FALSE((*opened)->begin_epoch({2, 500, 20}));
  }
  auto opened = directory::open(folder.path(), "pid 1");
  REQUIRE(opened.has_value());
  const auto epochs = (*opened)->epochs();
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[1].epoch == 2);
  CHECK(epochs[1].first_position == 500);
  CHECK((*opened)->recovered().next_position == 500);
  opened->reset();
  write_file(folder.file("epochs"), file_bytes(5, std::byte{'?'}));
  const auto damaged = directory::open(folder.path(), "pid 1");
  REQUIRE(damaged.has_value());
  CHECK((*damaged)->epochs().empty());
  CHECK((*damaged)->recovered().reports.size() == 1);
  CHECK(std::filesystem::exists(folder.file("epochs.damaged")));
}

TEST_CASE("a last segment cut at every byte is mended at the first start and whole at the next") {
  const temporary_folder folder;
  const file_bytes whole = small_segment(true);
  made_directory(folder.path()).reset();
  std::uint64_t last_position = 1;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    INFO(size);
    const std::string path = small_path(folder.path());
    write_file(path, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    auto opened = directory::open(folder.path(), "pid 1");
    REQUIRE(opened.has_value());
    const recovery found = (*opened)->recovered();
    if (size < head_bytes) {  // made, and not written to yet
      REQUIRE(found.segments_set_aside == 0);
      REQUIRE((*opened)->segments().empty());
      REQUIRE_FALSE(std::filesystem::exists(path));
      continue;
    }
    REQUIRE(found.segments_set_aside == 0);
    REQUIRE(found.damaged_positions == 0);
    REQUIRE(found.next_position >= last_position);
    last_position = found.next_position;
    if (size == whole.size()) REQUIRE(found.torn_bytes == 0);
    const auto info = (*opened)->segments().at(0);
    REQUIRE(info.next_position == found.next_position);
    REQUIRE(info.bytes == std::filesystem::file_size(path));
    auto reader = segment_reader::open(path);
    REQUIRE(reader->read_summary()->has_value());
    opened->reset();
    auto again = directory::open(folder.path(), "pid 1");
    REQUIRE(again.has_value());
    REQUIRE((*again)->recovered().torn_bytes == 0);
    REQUIRE((*again)->recovered().next_position == found.next_position);
  }
  CHECK(last_position == 13);
}

TEST_CASE("the last segment tells which clients the log knows") {
  const temporary_folder folder;
  made_directory(folder.path()).reset();
  write_file(small_path(folder.path()), small_segment(false));
  auto opened = directory::open(folder.path(), "pid 1");
  std::map<std::string, std::uint64_t> highest;
  for (const client_state& c : (*opened)->recovered().clients) highest[c.id] = c.highest;
  CHECK(highest == std::map<std::string, std::uint64_t>{{"c1", 18}, {"another", 4}});
}

/// A segment as a start makes it that then gets no record; or that is killed while it makes it.
void add_empty_start(const std::string& folder, std::uint64_t epoch, std::uint64_t first,
                     std::size_t bytes_max) {
  file_bytes bytes;
  segment_builder b({epoch, first, 0, 1});
  b.begin(bytes);
  b.add_clients(bytes, std::vector<client_state>{{"another", 4, 0}, {"c1", 18, 0}});
  bytes.resize(std::min(bytes.size(), bytes_max));
  write_file(folder + "/journal/" + segment_file_name(epoch, first), bytes);
}

TEST_CASE("clients are known after starts that got no record, whatever order their names have") {
  for (const std::uint64_t epoch : {std::uint64_t{1}, ~std::uint64_t{1}}) {
    for (const std::size_t bytes_max : {0u, 64u, 70u, 100u, 1000u}) {
      INFO(epoch << ' ' << bytes_max);
      const temporary_folder folder;
      made_directory(folder.path()).reset();
      write_file(small_path(folder.path()), small_segment(false));
      add_empty_start(folder.path(), epoch, 13, bytes_max);
      add_empty_start(folder.path(), epoch / 2 + 7, 13, 1000);
      const auto opened = made_directory(folder.path());
      CHECK(opened->recovered().next_position == 13);
      std::map<std::string, std::uint64_t> highest;
      for (const client_state& c : opened->recovered().clients) highest[c.id] = c.highest;
      CHECK(highest == std::map<std::string, std::uint64_t>{{"c1", 18}, {"another", 4}});
      CHECK(opened->recovered().segments_set_aside == 0);
    }
  }
}

TEST_CASE("a segment of a newer version is left alone and refused") {
  const temporary_folder folder;
  made_directory(folder.path()).reset();
  file_bytes bytes = small_segment(true);
  store(bytes.data() + 8, format_version + 1);
  store(bytes.data() + 60, base::crc32c({bytes.data(), 60}));
  write_file(small_path(folder.path()), bytes);
  const auto opened = directory::open(folder.path(), "pid 1");
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().why == make_error_code(journal_error::wrong_version));
  CHECK(read_file(small_path(folder.path())) == bytes);
}

TEST_CASE("a start survives any flipped bit, says what it found, and keeps what is whole") {
  const temporary_folder folder;
  made_directory(folder.path()).reset();
  const bool sealed = GENERATE(false, true);
  const file_bytes whole = small_segment(sealed);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    INFO(bit);
    file_bytes changed = whole;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    const std::string path = small_path(folder.path());
    write_file(path, changed);
    auto opened = directory::open(folder.path(), "pid 1");
    REQUIRE(opened.has_value());
    const recovery found = (*opened)->recovered();
    const auto segments = (*opened)->segments();
    if (segments.empty()) {
      REQUIRE(bit < 8 * head_bytes);
      REQUIRE(found.segments_set_aside == 1);
      std::filesystem::remove(path + ".damaged");
    } else {
      REQUIRE(segments.at(0).records + found.damaged_positions <= 12);
      REQUIRE(segments.at(0).records >= 1);
      if (segments.at(0).records < 7) REQUIRE(found.damaged_positions + found.torn_bytes != 0);
    }
    opened->reset();
    std::filesystem::remove(path);
  }
}

/// A directory with one segment, sealed.
std::string with_small_segment(const temporary_folder& folder) {
  made_directory(folder.path()).reset();
  const std::string path = small_path(folder.path());
  write_file(path, small_segment(true));
  return path;
}

TEST_CASE("a start on a compressed segment knows what one on the plain one does") {
  const temporary_folder folder;
  const std::string path = with_small_segment(folder);
  const auto plain = made_directory(folder.path())->segments().at(0);
  compress_file(path);
  const auto opened = made_directory(folder.path());
  CHECK(opened->recovered().reports.empty());
  CHECK(opened->recovered().next_position == 13);
  CHECK(opened->recovered().clients.size() == 2);
  const auto info = opened->segments().at(0);
  CHECK(info.compressed);
  CHECK(info.name == plain.name);
  CHECK(info.records == plain.records);
  CHECK(info.last_arrival_ns == plain.last_arrival_ns);
  CHECK(info.bytes == std::filesystem::file_size(path + ".zst"));
  CHECK(opened->segment_bytes() == info.bytes);
}

TEST_CASE("killed while it compressed, a hub loses nothing, and the next start tidies up") {
  const temporary_folder folder;
  const std::string path = with_small_segment(folder);
  const file_bytes plain = read_file(path);
  compress_file(path);
  const file_bytes packed = read_file(path + ".zst");
  write_file(path, plain);
  const auto start = [&] {
    const auto opened = made_directory(folder.path());
    REQUIRE(opened->segments().size() == 1);
    REQUIRE(opened->segments().at(0).records == 7);
    return opened->recovered().reports.size();
  };
  SECTION("in both forms: the compressed one stays") {
    CHECK(start() == 0);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(read_file(path + ".zst") == packed);
  }
  SECTION("while it was written: the plain one stays") {
    std::filesystem::remove(path + ".zst");
    for (std::size_t size = 0; size <= packed.size(); ++size) {
      write_file(path + ".zst.new",
                 {packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)});
      REQUIRE(start() == 0);
      REQUIRE_FALSE(std::filesystem::exists(path + ".zst.new"));
    }
    CHECK(read_file(path) == plain);
  }
  SECTION("a compressed one that is not whole never takes the plain one's place") {
    for (std::size_t size = 0; size < packed.size(); ++size) {
      write_file(path + ".zst",
                 {packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)});
      INFO(size);
      // Without its table it is whole all the same.
      if (start() == 0) {
        REQUIRE(size > packed.size() - 70);
        write_file(path, plain);
      }
      REQUIRE(read_file(path) == plain);
      std::filesystem::remove(path + ".zst");
    }
  }
}

TEST_CASE("a start survives any flipped bit of a compressed segment, and leaves it as it is") {
  const temporary_folder folder;
  const std::string path = with_small_segment(folder);
  compress_file(path, 128);
  const file_bytes whole = read_file(path + ".zst");
  std::size_t set_aside = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    INFO(bit);
    file_bytes changed = whole;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    write_file(path + ".zst", changed);
    const auto opened = made_directory(folder.path());
    const recovery& found = opened->recovered();
    if (opened->segments().empty()) {
      REQUIRE(found.segments_set_aside == 1);
      ++set_aside;
      REQUIRE(read_file(path + ".zst.damaged") == changed);
      std::filesystem::remove(path + ".zst.damaged");
      continue;
    }
    REQUIRE(read_file(path + ".zst") == changed);
    if (opened->segments().at(0).records < 7) REQUIRE_FALSE(found.reports.empty());
  }
  CHECK(set_aside < 8 * (head_bytes + 32));
}

}  // namespace
}  // namespace logio::journal
