#include "logio/journal/format.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>

namespace logio::journal {
namespace {

TEST_CASE("a head comes back as it was written, and no bit of it can change unnoticed") {
  std::array<std::byte, head_bytes> bytes;
  write_head(bytes.data(), {0x0123456789abcdef, 42, -7, 99});
  const auto head = read_head(bytes);
  REQUIRE(head.has_value());
  CHECK(head->epoch == 0x0123456789abcdef);
  CHECK(head->first_position == 42);
  CHECK(head->created_ns == -7);
  CHECK(head->salt == 99);
  for (std::size_t bit = 0; bit < 8 * head_bytes; ++bit) {
    auto changed = bytes;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    REQUIRE_FALSE(read_head(changed).has_value());
  }
}

TEST_CASE("a head of another version is refused as such") {
  std::array<std::byte, head_bytes> bytes;
  write_head(bytes.data(), {1, 1, 1, 1});
  store(bytes.data() + 8, format_version + 1);
  CHECK(read_head(bytes).error() == make_error_code(journal_error::bad_checksum));
}

TEST_CASE("a segment's name says epoch and first position, and sorts by position") {
  const std::string name = segment_file_name(0xabc, 17);
  CHECK(name == "00000000000000000017-0000000000000abc.segment");
  const auto parsed = parse_segment_file_name(name);
  REQUIRE(parsed.has_value());
  CHECK(parsed->epoch == 0xabc);
  CHECK(parsed->first_position == 17);
  CHECK(segment_file_name(0xfff, 9) < segment_file_name(0, 10));
  for (const std::string_view wrong :
       {"", "lock", "00000000000000000017-0000000000000abc.segment.damaged",
        "0000000000000000001x-0000000000000abc.segment",
        "00000000000000000017_0000000000000abc.segment"}) {
    CHECK_FALSE(parse_segment_file_name(wrong).has_value());
  }
}

TEST_CASE("a trailer tells the footer's place, and notices each changed bit") {
  std::array<std::byte, trailer_bytes> bytes;
  write_trailer(bytes.data(), 123456);
  CHECK(*read_trailer(bytes) == 123456);
  for (std::size_t bit = 0; bit < 8 * trailer_bytes; ++bit) {
    auto changed = bytes;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    REQUIRE_FALSE(read_trailer(changed).has_value());
  }
}

}  // namespace
}  // namespace logio::journal
