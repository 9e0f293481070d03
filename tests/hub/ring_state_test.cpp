#include "logio/hub/ring_state.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

namespace logio::hub {
namespace {

TEST_CASE("the ring's state follows what is appended, up to all of its memory") {
  const auto ring = std::move(*ring::log_ring::open(*ring::plan(1 << 20, 16 << 10, 1, 1)));
  CHECK(look_at_ring(*ring).used_bytes == 0);
  CHECK(look_at_ring(*ring).oldest_position == 0U);

  const std::vector<std::byte> payload(1000);
  REQUIRE(ring->try_append({0, 3, 0, payload}).status == ring::append_status::ok);
  CHECK(look_at_ring(*ring).next_position == 3);
  CHECK(look_at_ring(*ring).used_bytes == ring::stored_bytes(1000));

  for (int i = 1; i < 4000; ++i) ring->try_append({0, 3, 0, payload});
  const ring_state round = look_at_ring(*ring);
  CHECK(round.next_position == ring->end().position);
  CHECK_FALSE(round.oldest_position);
  const std::size_t all = ring->shape().chunks * ring->shape().chunk_bytes;
  CHECK(round.used_bytes <= all);
  CHECK(round.used_bytes > all - ring->shape().chunk_bytes);
}

}  // namespace
}  // namespace logio::hub
