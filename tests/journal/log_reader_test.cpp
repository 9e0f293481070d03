#include "logio/journal/log_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include "packed_segment.hpp"

namespace logio::journal {
namespace {

/// What reading all of `path` tells.
std::string read_log(const std::string& path, std::int64_t since = INT64_MIN,
                     std::int64_t until = INT64_MAX) {
  std::string out;
  log_reader::handlers to;
  to.on_segment = [&](const segment_head& h, const auto&) {
    out += "segment from " + std::to_string(h.first_position) + '\n';
  };
  to.on_frame = [&](const frame& f) {
    if (f.head.kind == frame_kind::batch) out += tell(f);
    return true;
  };
  to.on_missing = [&](missing why, std::uint64_t position, std::uint64_t count) {
    constexpr const char* names[] = {"damaged", "left out", "deleted"};
    out += std::string(names[static_cast<int>(why)]) + ' ' + std::to_string(position) + " of " +
           std::to_string(count) + '\n';
  };
  to.on_progress = [](std::uint64_t) {};
  log_reader reader(to);
  reader.only(since, until);
  for (const segment_file& file : find_segments(path).value()) {
    log_reader::verdict v;
    REQUIRE(reader.read(file, v));
    if (!v.readable && !v.gone) out += "unreadable\n";
  }
  return out;
}

file_bytes segment_of(std::uint64_t first, std::uint32_t count, std::int64_t arrival_ns) {
  file_bytes out;
  segment_builder b({1, first, 0, 3});
  b.begin(out);
  b.add_topic(out, 1, {"a", "", ""});
  const auto records = numbered(first, count);
  b.add_batch(out, {first, arrival_ns, count, 1, {records.data(), records.bytes()}});
  b.seal(out);
  return out;
}

TEST_CASE("segments are read in order; what is missing between and within them is told") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder.file("journal"));
  const auto put = [&](std::uint64_t first, const file_bytes& bytes) {
    write_file(folder.file("journal/" + segment_file_name(1, first)), bytes);
  };
  put(20, segment_of(20, 2, 200 * second));
  put(1, small_segment(true));
  put(25, segment_of(25, 1, 300 * second));
  write_file(folder.file("journal/notes.txt"), {});
  CHECK(read_log(folder.path()) ==
        "segment from 1\n"
        "batch 1 of 5: record 1 record 2\n"
        "batch 3 of 6: record 3 by c1 to 18\n"
        "left out 4 of 5\n"
        "batch 9 of 5: record 9 record 10 record 11 record 12\n"
        "deleted 13 of 7\n"
        "segment from 20\n"
        "batch 20 of 1: record 20 record 21\n"
        "deleted 22 of 3\n"
        "segment from 25\n"
        "batch 25 of 1: record 25\n");
  // Whole segments are left out by their footers.
  CHECK(read_log(folder.path(), 250 * second) ==
        "deleted 22 of 3\nsegment from 25\nbatch 25 of 1: record 25\n");
  CHECK(read_log(folder.path(), 100 * second, 250 * second) ==
        "deleted 13 of 7\nsegment from 20\nbatch 20 of 1: record 20 record 21\n");
}

TEST_CASE("starts without a record, and a file that is just made, are no damage") {
  const temporary_folder folder;
  const auto put = [&](std::uint64_t epoch, std::uint64_t first, const file_bytes& bytes) {
    write_file(folder.file(segment_file_name(epoch, first)), bytes);
  };
  file_bytes empty;
  segment_builder b({9, 7, 0, 3});
  b.begin(empty);
  put(1, 7, segment_of(7, 2, 0));
  put(9, 7, empty);
  put(0, 9, segment_of(9, 1, 0));
  put(3, 10, {});
  CHECK(read_log(folder.path()) ==
        "segment from 7\nbatch 7 of 1: record 7 record 8\nsegment from 7\n"
        "segment from 9\nbatch 9 of 1: record 9\n");
}

TEST_CASE("batches whose topic is lost are missing; a footer that tells it saves them") {
  const temporary_folder folder;
  file_bytes bytes = segment_of(7, 2, 0);
  bytes[head_bytes + frame_head_bytes + 8] ^= std::byte{1};  // the topic's name
  write_file(folder.file(segment_file_name(1, 7)), bytes);
  CHECK(read_log(folder.path()) == "segment from 7\nbatch 7 of 1: record 7 record 8\n");
  bytes.resize(bytes.size() - trailer_bytes);
  write_file(folder.file(segment_file_name(1, 7)), bytes);
  CHECK(read_log(folder.path()) == "segment from 7\ndamaged 7 of 2\n");
}

TEST_CASE("one file is read alone, and what is no segment is said") {
  const temporary_folder folder;
  write_file(folder.file("x"), segment_of(7, 1, 0));
  CHECK(read_log(folder.file("x")) == "segment from 7\nbatch 7 of 1: record 7\n");
  write_file(folder.file("x"), file_bytes(100));
  CHECK(read_log(folder.file("x")) == "unreadable\n");
  CHECK_FALSE(find_segments(folder.file("nothing")).has_value());
}

TEST_CASE("compressed segments are read in their place, also while they are exchanged") {
  const temporary_folder folder;
  const auto put = [&](std::uint64_t first, const file_bytes& bytes) {
    write_file(folder.file(segment_file_name(1, first)), bytes);
    return folder.file(segment_file_name(1, first));
  };
  const std::string first = put(7, segment_of(7, 2, 0)), second = put(9, segment_of(9, 1, 0));
  put(10, segment_of(10, 1, 0));
  const std::string told = read_log(folder.path());
  const auto listed = find_segments(folder.path()).value();
  compress_file(first);
  compress_file(second);
  CHECK(read_log(folder.path()) == told);
  CHECK(read_log(first + ".zst") == "segment from 7\nbatch 7 of 1: record 7 record 8\n");
  put(7, segment_of(7, 2, 0));  // both are there
  CHECK(read_log(folder.path()) == told);
  write_file(first + ".zst.new", {});
  CHECK(find_segments(folder.path()).value().size() == 3);
  std::uint64_t batches = 0;
  log_reader::handlers to{[](const auto&, const auto&) {},
                          [&](const frame& f) {
                            batches += f.head.kind == frame_kind::batch ? 1 : 0;
                            return true;
                          },
                          [](missing, std::uint64_t, std::uint64_t) {}, [](std::uint64_t) {}};
  log_reader reader(to);
  for (const segment_file& file : listed) {  // by names of before
    log_reader::verdict v;
    REQUIRE(reader.read(file, v));
    CHECK(v.sealed);
  }
  CHECK(batches == 3);
}

}  // namespace
}  // namespace logio::journal
