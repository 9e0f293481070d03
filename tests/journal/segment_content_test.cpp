#include "journal/segment_content.hpp"

#include <catch2/generators/catch_generators.hpp>

#include "packed_segment.hpp"

namespace logio::journal {
namespace {

constexpr std::size_t small_frame = 512;
constexpr std::size_t lines_in_a_frame = 8;  // at most, of segment_of_lines()

file_bytes segment_of_lines() { return long_segment(14, 2); }

/// What can be read, a line a batch; `!` where no whole frame began.
std::string content_of(const std::string& path) {
  auto reader = segment_reader::open(path);
  if (!reader) return "no segment\n";
  std::string out = reader->read_summary() ? "" : "no footer\n";
  for (;;) {
    frame f;
    error_code why;
    switch (reader->next(f, why)) {
      case segment_reader::status::frame:
        if (f.head.kind == frame_kind::batch) out += tell(f);
        continue;
      case segment_reader::status::end:
        return out;
      case segment_reader::status::bad:
        break;
    }
    out += "!\n";
    if (!reader->find_next_whole(why)) return out;
  }
}

/// How many lines of `all` `some` lacks; nothing: it has one that is none of them, or no `!` for
/// those that it lacks.
std::optional<std::size_t> lacking(std::string_view all, std::string_view some) {
  std::size_t lacking = 0;
  bool told = true, marked = false;
  while (!some.empty()) {
    const std::string_view line = some.substr(0, some.find('\n') + 1);
    some.remove_prefix(line.size());
    if (line == "!\n" || line == "no footer\n") {
      marked = marked || line == "!\n";
      continue;
    }
    const std::size_t at = all.find(line);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view before = all.substr(0, at);
    const auto skipped = std::count(before.begin(), before.end(), '\n');
    lacking += static_cast<std::size_t>(skipped);
    told = told && (skipped == 0 || marked);
    marked = false;
    all.remove_prefix(at + line.size());
  }
  const auto rest = std::count(all.begin(), all.end(), '\n');
  lacking += static_cast<std::size_t>(rest);
  if (!told || (rest != 0 && !marked)) return std::nullopt;
  return lacking;
}

TEST_CASE("any place of a compressed segment is read as in the plain one") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  const file_bytes plain = segment_of_lines();
  write_file(path, plain);
  const std::string told = content_of(path);
  compress_file(path, GENERATE(std::size_t{7}, small_frame, frame_content_max));
  CHECK(content_of(path) == told);
  CHECK(content_of(path + ".zst") == told);
  frame_cache cache;
  auto content = segment_content::open(path, GENERATE(false, true) ? nullptr : &cache);
  REQUIRE(content.has_value());
  CHECK(content->is_compressed());
  CHECK(content->bytes() == plain.size());
  CHECK(content->disk_bytes() == std::filesystem::file_size(path + ".zst"));
  std::mt19937_64 random(4);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t at = random() % (plain.size() + 10);
    file_bytes got(random() % 1500);
    const std::size_t n = content->read_at(at, got).value();
    REQUIRE(n == std::min(got.size(), plain.size() - std::min(at, plain.size())));
    REQUIRE(std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(n),
                       plain.begin() + static_cast<std::ptrdiff_t>(std::min(at, plain.size()))));
  }
}

TEST_CASE("a flipped bit of a compressed segment costs its frame, and what reaches into it") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  write_file(path, segment_of_lines());
  const std::string told = content_of(path);
  compress_file(path, small_frame);
  const file_bytes whole = read_file(path + ".zst");
  std::size_t unreadable = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    file_bytes changed = whole;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    write_file(path + ".zst", changed);
    const std::string got = content_of(path);
    INFO(bit << '\n' << got);
    if (got == "no segment\n") {
      ++unreadable;
      continue;
    }
    REQUIRE(lacking(told, got).has_value());
    REQUIRE(*lacking(told, got) <= lines_in_a_frame);
  }
  CHECK(unreadable < 8 * (head_bytes + 32));
}

TEST_CASE("a compressed segment cut at every byte gives what is in front of the cut") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  write_file(path, segment_of_lines());
  const std::string told = content_of(path);
  compress_file(path, small_frame);
  const file_bytes whole = read_file(path + ".zst");
  std::size_t last = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(path + ".zst", {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    std::string got = content_of(path);
    INFO(size << '\n' << got);
    if (got == "no segment\n") {
      REQUIRE(size < head_bytes + 32);
      continue;
    }
    const bool has_footer = !got.starts_with("no footer\n");
    REQUIRE((has_footer ? got == told : size < whole.size()));
    if (got.starts_with("no footer\n")) got.erase(0, 10);
    if (got.ends_with("!\n")) got.resize(got.size() - 2);
    REQUIRE(told.starts_with(got));
    REQUIRE(got.size() >= last);
    last = got.size();
  }
  CHECK(last == told.size());
}

TEST_CASE("of two damaged frames the rest is read; without the table what is in front of them") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  write_file(path, segment_of_lines());
  const std::string told = content_of(path);
  compress_file(path, small_frame);
  file_bytes bytes = read_file(path + ".zst");
  std::mt19937_64 random(5);
  for (int round = 0; round < 3000; ++round) {
    file_bytes changed = bytes;
    for (int n = 0; n < 3; ++n) changed[random() % bytes.size()] = std::byte(random() % 256);
    write_file(path + ".zst", changed);
    const std::string got = content_of(path);
    INFO(round << '\n' << got);
    if (got == "no segment\n" || got.find("no footer") == 0) continue;
    REQUIRE(lacking(told, got).has_value());
  }
}

TEST_CASE("garbage behind a frame's magic number is refused without end or harm") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  std::mt19937_64 random(6);
  for (int round = 0; round < 500; ++round) {
    file_bytes bytes(4 + random() % 3000);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random() % 256);
    store(bytes.data(), std::uint32_t{0xFD2FB528});
    if (round % 2 == 0) {  // as if a table were there
      store(bytes.data() + bytes.size() - 4, std::uint32_t{0x8F92EAB1});
    }
    write_file(path, bytes);
    REQUIRE(content_of(path) == "no segment\n");
  }
}

}  // namespace
}  // namespace logio::journal
