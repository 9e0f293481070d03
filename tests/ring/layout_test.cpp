#include "logio/ring/layout.hpp"

#include <bit>
#include <catch2/catch_test_macros.hpp>

namespace logio::ring {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

TEST_CASE("a batch takes its header and payload, rounded up to whole lines") {
  CHECK(stored_bytes(0) == 64);
  CHECK(stored_bytes(24) == 64);
  CHECK(stored_bytes(25) == 128);
  CHECK(stored_bytes(88) == 128);
  CHECK(stored_bytes(89) == 192);
}

TEST_CASE("the order of chunk numbers holds across their wrap") {
  CHECK(chunk_distance(5, 7) == 2);
  CHECK(chunk_distance(7, 5) == -2);
  CHECK(chunk_distance(0xffff'ffff, 1) == 2);
  CHECK(chunk_distance(1, 0xffff'ffff) == -2);
}

TEST_CASE("the default ring has sixteen chunks, and four where a record is a quarter of it") {
  const geometry usual = plan(64 * mib, 1 * mib, 3, 4).value();
  CHECK(usual.chunks == 16);
  CHECK(usual.chunk_bytes == 4 * mib);
  CHECK(usual.gates_max == 3);
  CHECK(usual.pins_max == 4);

  const geometry large = plan(64 * mib, 16 * mib + 4096, 3, 4).value();
  CHECK(large.chunks == 4);
  CHECK(large.chunk_bytes >= stored_bytes(16 * mib + 4096));
  CHECK(large.chunks * large.chunk_bytes <= 64 * mib + 64 * mib / 16);
}

TEST_CASE("every plan holds the largest payload in a quarter of a ring of about the size asked") {
  for (std::size_t ring = 64 << 10; ring <= 4096 * mib; ring = ring * 3 / 2) {
    for (std::size_t payload = 100; payload <= ring / 4; payload = payload * 7 / 4) {
      CAPTURE(ring, payload);
      const auto planned = plan(ring, payload, 1, 1);
      REQUIRE(planned.has_value());
      const geometry g = *planned;
      CHECK(stored_bytes(payload) <= g.chunk_bytes);
      CHECK(g.chunks >= 4);
      CHECK(std::has_single_bit(g.chunks));
      CHECK(g.chunk_bytes % line_bytes == 0);
      CHECK(g.chunk_bytes <= std::size_t{1} << 30);
      CHECK(g.chunks * g.chunk_bytes <= ring + ring / 16);
      CHECK(g.chunks * g.chunk_bytes >= ring - ring / 4);
    }
  }
}

TEST_CASE("a record of more than a quarter of the ring is refused") {
  CHECK(plan(64 * mib, 18 * mib, 1, 1).error() == ring_error::too_small);
  CHECK(plan(0, 0, 1, 1).error() == ring_error::too_small);
  CHECK(plan(4096, 2000, 1, 1).error() == ring_error::too_small);
}

TEST_CASE("a record of more than a chunk may hold is refused whatever the ring's size") {
  CHECK(plan(~std::size_t{0}, std::size_t{1} << 30, 1, 1).error() == ring_error::too_large);
  CHECK(plan(~std::size_t{0}, ~std::size_t{0}, 1, 1).error() == ring_error::too_large);
}

TEST_CASE("a ring of any size stays within a million chunks of at most one GiB") {
  const geometry g = plan(~std::size_t{0}, 1 * mib, 1, 1).value();
  CHECK(g.chunks == 1u << 20);
  CHECK(g.chunk_bytes == std::size_t{1} << 30);
}

TEST_CASE("a ring has 1 to 64 gates") {
  CHECK(plan(64 * mib, 1 * mib, 0, 1).error() == ring_error::too_many_readers);
  CHECK(plan(64 * mib, 1 * mib, 64, 1).has_value());
  CHECK(plan(64 * mib, 1 * mib, 65, 1).error() == ring_error::too_many_readers);
}

TEST_CASE("ring errors say what is wrong") {
  CHECK(make_error_code(ring_error::too_small).message() ==
        "the largest record is more than a quarter of the ring");
  CHECK(make_error_code(ring_error::too_large).message() == "the largest record exceeds 1 GiB");
  CHECK(make_error_code(ring_error::too_many_readers).message() ==
        "the ring has 1 to 64 gating readers");
  CHECK(make_error_code(ring_error::too_small).category().name() == std::string("logio.ring"));
}

}  // namespace
}  // namespace logio::ring
