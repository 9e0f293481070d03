#include "logio/ring/platform.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

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
