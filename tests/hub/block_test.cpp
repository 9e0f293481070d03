#include "logio/hub/block.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::hub {
namespace {

TEST_CASE("blocks are powers of two with their head, larger ones exact") {
  block_pool pool;
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
  block_pool pool;
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
  a = block_ptr();
  pool.trim();
  CHECK(pool.allocated_bytes() == 0);
}

}  // namespace
}  // namespace logio::hub
