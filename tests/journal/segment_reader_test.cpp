#include "logio/journal/segment_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include "made_segment.hpp"

namespace logio::journal {
namespace {

/// Everything that can be read, with `!` where no whole frame began.
std::string read_all(const std::string& path, bool with_summary = true) {
  auto reader = segment_reader::open(path);
  if (!reader) return "no segment\n";
  if (with_summary) (void)reader->read_summary();
  std::string out;
  for (;;) {
    frame f;
    error_code why;
    switch (reader->next(f, why)) {
      case segment_reader::status::frame:
        out += tell(f);
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

TEST_CASE("what was written is read, sealed or not") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  write_file(path, small_segment(false));
  CHECK(read_all(path) == small_segment_told);
  write_file(path, small_segment(true));
  CHECK(read_all(path) == small_segment_told);
  auto reader = segment_reader::open(path);
  const auto summary = reader->read_summary();
  REQUIRE(summary->has_value());
  CHECK((*summary)->records() == 7);
  CHECK((*summary)->next_position() == 13);
}

TEST_CASE("a segment cut at every byte gives the frames in front of the cut, and nothing else") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  const file_bytes whole = small_segment(true);
  const std::string told = std::string(small_segment_told) + "footer\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(path, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    std::string got = read_all(path);
    if (size < head_bytes) {
      REQUIRE(got == "no segment\n");
      continue;
    }
    if (got.ends_with("!\n")) got.resize(got.size() - 2);
    INFO(size);
    REQUIRE(told.starts_with(got));
    REQUIRE((got.empty() || got.ends_with('\n')));
  }
}

TEST_CASE("a flipped bit costs the frame that it is in, never more, and is never taken for data") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  const file_bytes whole = small_segment(false);
  for (std::size_t bit = 8 * head_bytes; bit < 8 * whole.size(); ++bit) {
    file_bytes changed = whole;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    write_file(path, changed);
    const std::string got = read_all(path);
    INFO(bit);
    std::string_view left = small_segment_told;
    // One line is missing and marked, or (a bit of the 0 bytes behind a payload) none is.
    std::size_t at = 0, missing = 0;
    while (at < got.size()) {
      const std::string line = got.substr(at, got.find('\n', at) + 1 - at);
      at += line.size();
      if (line == "!\n") {
        left.remove_prefix(left.find('\n') + 1);
        ++missing;
        continue;
      }
      REQUIRE(left.starts_with(line));
      left.remove_prefix(line.size());
    }
    REQUIRE(left.empty());
    REQUIRE(missing <= 1);
  }
}

TEST_CASE("a text that looks like a frame is not taken for one when its own frame is damaged") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  // A publisher that knows the format, but not the salt: the frame is right for salt 0.
  file_bytes forged;
  segment_builder other({1, 1, 0, 0});
  other.begin(forged);
  other.add_gap(forged, {1, 1'000'000, 0, 0});
  const std::string text(8, 'x');
  record::batch_builder records(4096);
  records.append({}, text + std::string(reinterpret_cast<const char*>(forged.data()) + head_bytes,
                                        forged.size() - head_bytes));
  file_bytes bytes;
  segment_builder b({1, 1, 0, 0x12345678});
  b.begin(bytes);
  b.add_topic(bytes, 1, {"a", "b", "c"});
  const std::size_t batch_at = bytes.size();
  b.add_batch(bytes, {1, 0, 1, 1, {records.data(), records.bytes()}});
  bytes[batch_at + 30] ^= std::byte{1};
  write_file(path, bytes);
  CHECK(read_all(path) == "topic 1 a/b/c\n!\n");
}

TEST_CASE("garbage behind a right head is refused without end or harm") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    file_bytes bytes(head_bytes + random() % 3000);
    write_head(bytes.data(), {1, 1, 0, 5});
    for (std::size_t i = head_bytes; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::byte>(random() % 7);
    }
    write_file(path, bytes);
    const std::string got = read_all(path);
    REQUIRE((got.empty() || got == "!\n"));
  }
}

}  // namespace
}  // namespace logio::journal
