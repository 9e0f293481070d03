#include "logio/ring/platform.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <vector>

#include "ring/support.hpp"

namespace logio::ring {
namespace {

constexpr place start{.position = 7, .offset = 64, .chunk = 0xffff'fffe};
constexpr place after{.position = 9, .offset = 192, .chunk = 0xffff'fffe};

TEMPLATE_TEST_CASE("the tail moves from what is expected, and only from that", "",
                   lock_free_platform, mutex_platform) {
  typename TestType::tail tail(start);
  CHECK(tail.load() == start);
  CHECK(tail.glance() == start);

  place expected = start;
  CHECK(tail.compare_exchange(expected, after));
  CHECK(expected == start);
  CHECK(tail.load() == after);

  CHECK_FALSE(tail.compare_exchange(expected, start));
  CHECK(expected == after);
  CHECK(tail.load() == after);
}

TEMPLATE_TEST_CASE("a glance torn between two moments is refused by the exchange", "",
                   lock_free_platform, mutex_platform) {
  typename TestType::tail tail(after);
  place old_position{.position = start.position, .offset = after.offset, .chunk = after.chunk};
  CHECK_FALSE(tail.compare_exchange(old_position, start));
  CHECK(old_position == after);
  place old_place{.position = after.position, .offset = start.offset, .chunk = start.chunk};
  CHECK_FALSE(tail.compare_exchange(old_place, start));
  CHECK(old_place == after);
}

TEST_CASE("a copy past the cache is a copy, and touches nothing around it") {
  const std::vector<std::byte> from = test::payload_of(3, 1004);
  std::vector<std::byte> room(1400);
  for (std::size_t off = 0; off < 64; off += 3) {
    for (const std::size_t bytes : {0u, 1u, 24u, 63u, 64u, 65u, 127u, 128u, 300u, 999u}) {
      std::fill(room.begin(), room.end(), std::byte{0xa5});
      std::byte* const to = room.data() + 100 + off;
      copy_past_cache(to, from.data() + off % 5, bytes);
      const auto is_untouched = [](std::byte b) { return b == std::byte{0xa5}; };
      CHECK(std::equal(to, to + bytes, from.data() + off % 5));
      CHECK(std::all_of(room.data(), to, is_untouched));
      CHECK(std::all_of(to + bytes, room.data() + room.size(), is_untouched));
    }
  }
}

TEST_CASE("a cell is a word that threads share, zero in zeroed memory") {
  alignas(8) std::byte zeroed[8]{};
  auto& word = *reinterpret_cast<cell<std::uint64_t, lock_free_platform>*>(zeroed);
  CHECK(word.load(std::memory_order_acquire) == 0);
  word.store(5, std::memory_order_release);
  CHECK(word.exchange(6, std::memory_order_seq_cst) == 5);
  CHECK(word.fetch_or(9, std::memory_order_seq_cst) == 6);
  CHECK(word.fetch_and(~std::uint64_t{1}, std::memory_order_seq_cst) == 15);
  CHECK(word.load(std::memory_order_seq_cst) == 14);
}

}  // namespace
}  // namespace logio::ring
