#include "journal/segment_packer.hpp"

#include <sys/resource.h>

#include <csignal>

#include "journal/frame_table.hpp"
#include "journal/segment_content.hpp"
#include "logio/base/posix_file.hpp"
#include "packed_segment.hpp"

namespace logio::journal {
namespace {

file_bytes unpacked(const std::string& path) {
  auto content = segment_content::open(path);
  REQUIRE(content.has_value());
  file_bytes out(content->bytes());
  REQUIRE(content->read_at(0, out).value() == out.size());
  return out;
}

frame_table table_of(const std::string& path) {
  const auto file = base::posix_file::open(path, base::posix_file::mode::read);
  return read_table(*file, std::filesystem::file_size(path)).value();
}

TEST_CASE("a compressed segment holds the plain one's bytes, in frames of at most 1 MiB") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  const file_bytes plain = long_segment(600);
  REQUIRE(plain.size() > (std::size_t{2} << 20));
  write_file(path, plain);
  compress_file(path);
  CHECK(unpacked(path) == plain);
  CHECK(is_whole(path + ".zst"));
  CHECK(std::filesystem::file_size(path + ".zst") < plain.size() / 4);
  const frame_table frames = table_of(path + ".zst");
  REQUIRE(frames.size() == 2 + 1 + plain.size() / frame_content_max + 1);
  CHECK(frames.at(1).at == head_bytes);
  CHECK(frames.at(2).at == head_bytes + frame_content_max);
  CHECK(frames.back().at == plain.size());
}

TEST_CASE("the table's bytes are what FORMAT.md says") {
  const file_bytes table = encode_table({{0, 0}, {64, 77}, {1064, 177}});
  REQUIRE(table.size() == 12 + 8 + 2 * 8 + 9);
  CHECK(load<std::uint32_t>(table.data()) == 0x184D2A50);
  CHECK(load<std::uint32_t>(table.data() + 4) == 4);
  CHECK(load<std::uint32_t>(table.data() + 12) == 0x184D2A5E);
  CHECK(load<std::uint32_t>(table.data() + 16) == 2 * 8 + 9);
  constexpr std::uint32_t entries[] = {77, 64, 100, 1000};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(load<std::uint32_t>(table.data() + 20 + 4 * i) == entries[i]);
  }
  CHECK(load<std::uint32_t>(table.data() + 36) == 2);
  CHECK(table[40] == std::byte{0});
  CHECK(load<std::uint32_t>(table.data() + 41) == 0x8F92EAB1);
}

TEST_CASE("a table that is damaged is made again from the frames") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  const file_bytes plain = long_segment(5);
  write_file(path, plain);
  compress_file(path);
  const file_bytes whole = read_file(path + ".zst");
  const frame_table frames = table_of(path + ".zst");
  for (std::size_t bit = 8 * frames.back().packed_at; bit < 8 * whole.size(); ++bit) {
    INFO(bit);
    file_bytes changed = whole;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    write_file(path + ".zst", changed);
    REQUIRE(table_of(path + ".zst") == frames);
  }
  CHECK(unpacked(path) == plain);
}

TEST_CASE("what is not sealed is not compressed; one that is stopped leaves nothing") {
  const temporary_folder folder;
  const std::string path = folder.file("s"), to = folder.file("t");
  write_file(path, small_segment(false));
  const auto always = [] { return true; };
  CHECK(pack_segment(path, to, always).error() == make_error_code(journal_error::not_sealed));
  write_file(path, {});
  CHECK(pack_segment(path, to, always).error() == make_error_code(journal_error::not_sealed));
  CHECK_FALSE(pack_segment(folder.file("none"), to, always).has_value());
  write_file(path, long_segment(600));
  for (int pieces = 0; pieces < 5; ++pieces) {
    int left = pieces;
    CHECK(pack_segment(path, to, [&] { return left-- > 0; }).error() ==
          boost::system::errc::operation_canceled);
    CHECK_FALSE(std::filesystem::exists(to));
  }
  CHECK(pack_segment(path, to, always).has_value());
}

TEST_CASE("a disk that takes no more leaves nothing behind, wherever it ends") {
  const temporary_folder folder;
  const std::string path = folder.file("s"), to = folder.file("t");
  write_file(path, long_segment(50));
  const std::uint64_t bytes = pack_segment(path, to, [] { return true; }).value();
  std::filesystem::remove(to);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  for (std::uint64_t room = 0; room < bytes; room += 211) {
    const rlimit less{room, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &less) == 0);
    const auto packed = pack_segment(path, to, [] { return true; });
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    INFO(room);
    REQUIRE_FALSE(packed.has_value());
    REQUIRE_FALSE(std::filesystem::exists(to));
  }
  (void)std::signal(SIGXFSZ, old_handler);
}

}  // namespace
}  // namespace logio::journal
