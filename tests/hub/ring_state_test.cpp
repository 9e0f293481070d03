#include "logio/hub/ring_state.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "logio/ring/readers.hpp"

namespace logio::hub {
namespace {

TEST_CASE("the ring's state follows what is appended, up to all of its memory") {
  const auto ring = std::move(*ring::log_ring::open(*ring::plan(1 << 20, 16 << 10, 1, 1)));
  CHECK(look_at_ring(*ring).used_bytes == 0);
  CHECK(look_at_ring(*ring).oldest_position == 0);

  const std::vector<std::byte> payload(1000);
  REQUIRE(ring->try_append({0, 3, 0, payload}).status == ring::append_status::ok);
  CHECK(look_at_ring(*ring).next_position == 3);
  CHECK(look_at_ring(*ring).used_bytes == ring::stored_bytes(1000));

  for (int i = 1; i < 4000; ++i) ring->try_append({0, 3, 0, payload});
  const ring_state round = look_at_ring(*ring);
  CHECK(round.next_position == ring->end().position);
  ring::log_pin pin(*ring, 0);
  for (std::uint32_t back = ring->shape().chunks - 1;; --back) {
    if (pin.seek_chunk(ring->end().chunk - back) != ring::log_pin::status::batch) continue;
    CHECK(round.oldest_position == pin.at().position);
    break;
  }
  const std::size_t all = ring->shape().chunks * ring->shape().chunk_bytes;
  CHECK(round.used_bytes <= all);
  CHECK(round.used_bytes > all - 2 * ring->shape().chunk_bytes);
}

}  // namespace
}  // namespace logio::hub
