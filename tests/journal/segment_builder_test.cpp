#include "logio/journal/segment_builder.hpp"

#include <catch2/catch_test_macros.hpp>

#include "made_segment.hpp"

namespace logio::journal {
namespace {

TEST_CASE("every frame begins at a multiple of 8, and the builder knows how much it made") {
  const file_bytes bytes = small_segment(true);
  CHECK(bytes.size() % 8 == 0);
  file_bytes out;
  segment_builder b({1, 1, 0, 0});
  b.begin(out);
  CHECK(b.made_bytes() == out.size());
  b.add_topic(out, 1, {"abc", "d", ""});
  CHECK(b.knows(1));
  CHECK_FALSE(b.knows(2));
  CHECK(b.made_bytes() == out.size());
  CHECK(out.size() == head_bytes + 40);
  b.seal(out);
  CHECK(b.made_bytes() == out.size());
}

TEST_CASE("the bytes of a topic's frame are those of the format's description") {
  file_bytes out;
  segment_builder b({1, 77, 0, 0x5a17});
  b.begin(out);
  b.add_topic(out, 9, {"ab", "", "c"});
  const std::span<const std::byte> f = std::span(out).subspan(head_bytes);
  CHECK(load<std::uint32_t>(f.data() + 4) == 11);
  CHECK(load<std::uint32_t>(f.data() + 8) == 1);
  CHECK(load<std::uint32_t>(f.data() + 12) == 0);
  CHECK(load<std::uint64_t>(f.data() + 16) == 77);
  CHECK(load<std::uint32_t>(f.data() + 24) == 9);
  CHECK(load<std::uint32_t>(f.data() + 28) == 0x00010002);
  CHECK(std::string_view(reinterpret_cast<const char*>(f.data() + 32), 3) == "abc");
  CHECK(has_right_crc(f.first(35), 0x5a17));
  CHECK_FALSE(has_right_crc(f.first(35), 0x5a18));
}

}  // namespace
}  // namespace logio::journal
