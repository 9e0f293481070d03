#include "journal/segment_scan.hpp"

#include <catch2/catch_test_macros.hpp>

#include "made_segment.hpp"

namespace logio::journal {
namespace {

TEST_CASE("a scan sums up what is whole and counts what is missing between") {
  const temporary_folder folder;
  const std::string path = folder.file("s");
  file_bytes bytes = small_segment(false);
  write_file(path, bytes);
  auto reader = segment_reader::open(path);
  std::string seen;
  auto scan = scan_segment(*reader, nullptr, [&](const frame& f) { seen += tell(f); });
  REQUIRE(scan.has_value());
  CHECK(seen == small_segment_told);
  CHECK(scan->whole_bytes == bytes.size());
  CHECK(scan->damaged_places == 0);

  // The batch with record 3 is hit: its text is the only one with "record 3".
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  bytes[text.find("record 3")] = std::byte{'R'};
  write_file(path, bytes);
  reader = segment_reader::open(path);
  scan = scan_segment(*reader, nullptr, [](const frame&) {});
  REQUIRE(scan.has_value());
  CHECK(scan->damaged_places == 1);
  CHECK(scan->damaged_positions == 1);
  CHECK(scan->first_damage == make_error_code(journal_error::bad_checksum));
  CHECK(scan->summary.records() == 6);
  CHECK(scan->summary.next_position() == 13);
}

}  // namespace
}  // namespace logio::journal
