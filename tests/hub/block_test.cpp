#include "logio/hub/block.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <vector>

namespace logio::hub {
namespace {

constexpr std::size_t pool_bytes_max = std::size_t{16} << 20;

TEST_CASE("blocks are powers of two with their head, larger ones exact") {
  block_pool pool(pool_bytes_max);
  const block_ptr small = pool.allocate(1);
  CHECK(small->allocated() == block_pool::allocated_min);
  const block_ptr usual = pool.allocate(block_pool::allocated_usual_max - sizeof(block));
  CHECK(usual->allocated() == block_pool::allocated_usual_max);
  const block_ptr large = pool.allocate(1'000'000);
  CHECK(large->capacity == 1'000'000);
  CHECK(pool.allocated_bytes() ==
        small->allocated() + usual->allocated() + large->allocated());
}

TEST_CASE("the last reference gives the block back, and the next one may get it") {
  block_pool pool(pool_bytes_max);
  block_ptr a = pool.allocate(60'000);
  const block* const first = a.get();
  block_ptr b = a;
  a = block_ptr();
  CHECK(pool.allocated_bytes() == block_pool::allocated_usual_max);
  b = block_ptr();
  CHECK(pool.allocated_bytes() == 0);
  a = pool.allocate(60'000);
  CHECK(a.get() == first);
  CHECK(a->size == 0);
  CHECK(a->records == 0);
}

TEST_CASE("spare blocks stay while they are needed, and go when they were not") {
  block_pool pool(pool_bytes_max);
  const auto use = [&](std::size_t count) {
    std::vector<block_ptr> held(count);
    for (block_ptr& b : held) b = pool.allocate(block_pool::allocated_usual_max / 2);
  };
  use(10);
  CHECK(pool.spare_bytes() == 10 * block_pool::allocated_usual_max);
  for (int i = 0; i < 3; ++i) {
    pool.trim();
    use(4);
    CHECK(pool.spare_bytes() == (i == 0 ? 10 : 4) * block_pool::allocated_usual_max);
  }
  pool.trim();
  CHECK(pool.spare_bytes() == 4 * block_pool::allocated_usual_max);
  pool.trim();
  CHECK(pool.spare_bytes() == 0);
}

TEST_CASE("spare blocks make room for blocks of other sizes") {
  block_pool pool(1 << 20);
  std::vector<block_ptr> held(16);
  for (block_ptr& b : held) b = pool.allocate(60'000);
  held.clear();
  CHECK(pool.spare_bytes() == 1 << 20);
  const block_ptr small = pool.allocate(5'000);
  CHECK(pool.allocated_bytes() + pool.spare_bytes() <= 1 << 20);
  CHECK(pool.spare_bytes() == 15 * block_pool::allocated_usual_max);
  const block_ptr large = pool.allocate(500'000);
  CHECK(pool.allocated_bytes() + pool.spare_bytes() <= 1 << 20);
  CHECK(pool.spare_bytes() >= 7 * block_pool::allocated_usual_max);
  const block_ptr beyond = pool.allocate(2 << 20);
  CHECK(pool.spare_bytes() == 0);
}

TEST_CASE("blocks of every size, held for mixed times, come back as new") {
  block_pool pool(pool_bytes_max);
  std::vector<block_ptr> held;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::size_t bytes = block_pool::allocated_min << i % 6;  // one size beyond the usual
    held.push_back(pool.allocate(bytes - sizeof(block)));
    block& made = *held.back().get();
    REQUIRE(made.allocated() == bytes);
    REQUIRE(made.references == 1);
    REQUIRE(made.size == 0);
    std::memset(made.data(), static_cast<int>(i % 251), made.capacity);
    made.size = made.capacity;
    if (i % 3 == 2) held[i / 3 * 2 % held.size()] = block_ptr();
    if (i % 500 == 499) pool.trim();
  }
  std::size_t bytes = 0;
  for (const block_ptr& b : held) {
    if (!b) continue;
    bytes += b->allocated();
    for (std::size_t i = 1; i < b->capacity; ++i) {
      if (b->data()[i] != b->data()[0]) FAIL("a block was written over");
    }
  }
  CHECK(pool.allocated_bytes() == bytes);
  held.clear();
  CHECK(pool.allocated_bytes() == 0);
}

}  // namespace
}  // namespace logio::hub
