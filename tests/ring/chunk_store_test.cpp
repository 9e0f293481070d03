#include "logio/ring/chunk_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include "ring/support.hpp"

namespace logio::ring {
namespace {

using store = chunk_store<lock_free_platform>;

store open_store(const geometry& g, std::uint32_t first_chunk = 0) {
  return store(g, base::mapped_memory::map(store::region_bytes(g)).value(), first_chunk);
}

/// What a writer leaves behind that filled the chunk with one batch.
void fill(store& s, std::uint32_t chunk) {
  s.at(chunk).words[0].store(static_cast<std::uint32_t>(s.shape().chunk_bytes),
                             std::memory_order_seq_cst);
}

std::uint32_t first_word(const store::memory& m) {
  return m.words[0].load(std::memory_order_relaxed);
}

TEST_CASE("chunks never used before are ready at once, used ones when complete") {
  store s = open_store(test::tiny(2, 4));
  CHECK(s.is_prepared(0));
  CHECK_FALSE(s.is_prepared(1));
  CHECK(s.prepare(1) == prepare_status::ready);
  CHECK(s.is_prepared(1));
  CHECK(s.prepare(1) == prepare_status::ready);

  CHECK(s.prepare(2) == prepare_status::busy);  // somebody has yet to commit into chunk 0
  CHECK_FALSE(s.is_prepared(2));
  fill(s, 0);
  CHECK(s.prepare(2) == prepare_status::ready);
  CHECK(first_word(s.at(2)) == 0);
}

TEST_CASE("a chunk that was closed early counts as complete and is cleaned") {
  store s = open_store(test::tiny(2, 4));
  REQUIRE(s.prepare(1) == prepare_status::ready);
  s.at(0).words[0].store(128, std::memory_order_seq_cst);
  CHECK(s.prepare(2) == prepare_status::busy);
  s.at(0).words[2].store(rolled, std::memory_order_seq_cst);
  CHECK(s.prepare(2) == prepare_status::ready);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(s.at(2).words[i].load(std::memory_order_relaxed) == 0);
  }
}

TEST_CASE("a gate holds its chunk and everything behind it until it moves or is dropped") {
  store s = open_store(test::tiny(2, 4));
  REQUIRE(s.announce_gate(0, 0));
  REQUIRE(s.prepare(1) == prepare_status::ready);
  fill(s, 0);
  fill(s, 1);
  CHECK(s.prepare(2) == prepare_status::full);
  s.move_gate(0, 1);
  CHECK(s.prepare(2) == prepare_status::ready);
  CHECK(s.prepare(3) == prepare_status::full);
  s.drop_gate(0);
  CHECK(s.prepare(3) == prepare_status::ready);
}

TEST_CASE("a full ring that is tried again and again tells no reader that its chunk is lost") {
  store s = open_store(test::tiny(2, 4));
  REQUIRE(s.announce_gate(0, 0));
  REQUIRE(s.prepare(1) == prepare_status::ready);
  fill(s, 0);
  REQUIRE(s.prepare(2) == prepare_status::full);
  CHECK(s.pin(0, 0).bytes != nullptr);
  CHECK(s.announce_gate(1, 0));
}

TEST_CASE("nobody joins or pins a chunk whose slot has been taken") {
  store s = open_store(test::tiny(2, 4));
  REQUIRE(s.prepare(1) == prepare_status::ready);
  fill(s, 0);
  REQUIRE(s.prepare(2) == prepare_status::ready);
  CHECK_FALSE(s.announce_gate(0, 0));
  CHECK(s.announce_gate(0, 1));
  CHECK(s.pin(0, 0).bytes == nullptr);
  CHECK(s.pin(0, 1).bytes != nullptr);
}

TEST_CASE("a pinned chunk keeps its memory, and the memory is used again when it is let go") {
  store s = open_store(test::tiny(2, 4, 1, 1));
  const auto pinned = s.pin(0, 0);
  fill(s, 0);
  REQUIRE(s.prepare(1) == prepare_status::ready);
  REQUIRE(s.prepare(2) == prepare_status::ready);
  CHECK(s.at(2).bytes != pinned.bytes);
  CHECK(first_word(pinned) == 256);

  for (std::uint32_t chunk = 3; chunk < 9; ++chunk) {  // the ring goes round below the pin
    fill(s, chunk - 2);
    REQUIRE(s.prepare(chunk) == prepare_status::ready);
    CHECK(s.at(chunk).bytes != pinned.bytes);
  }
  CHECK(first_word(pinned) == 256);

  s.unpin(0);
  bool seen_again = false;
  for (std::uint32_t chunk = 9; chunk < 14; ++chunk) {
    const auto other = s.pin(0, chunk - 2);
    fill(s, chunk - 2);
    REQUIRE(s.prepare(chunk) == prepare_status::ready);
    CHECK(first_word(s.at(chunk)) == 0);
    seen_again |= s.at(chunk).bytes == pinned.bytes;
    CHECK(first_word(other) == 256);
    s.unpin(0);
  }
  CHECK(seen_again);
}

TEST_CASE("as many chunks as there are pins can be pinned while the ring goes round") {
  constexpr unsigned pins = 5;
  store s = open_store(test::tiny(2, 4, 1, pins));
  std::uint32_t chunk = 0;
  for (unsigned pin = 0; pin < pins; ++pin) {
    REQUIRE(s.pin(pin, chunk).bytes != nullptr);
    fill(s, chunk);
    ++chunk;
    REQUIRE(s.prepare(chunk) == prepare_status::ready);
  }
  for (int i = 0; i < 20; ++i) {
    fill(s, chunk);
    ++chunk;
    REQUIRE(s.prepare(chunk) == prepare_status::ready);
  }
}

TEST_CASE("slots follow each other across the wrap of the chunk number") {
  store s = open_store(test::tiny(4, 4, 1, 1), 0xffff'fffe);
  REQUIRE(s.announce_gate(0, 0xffff'fffe));
  for (std::uint32_t chunk = 0xffff'ffff; chunk != 2; ++chunk) {
    fill(s, chunk - 1);
    REQUIRE(s.prepare(chunk) == prepare_status::ready);
  }
  fill(s, 1);
  CHECK(s.prepare(2) == prepare_status::full);
  CHECK(s.pin(0, 0xffff'fffe).bytes != nullptr);
  s.unpin(0);
  s.move_gate(0, 0);
  CHECK(s.prepare(2) == prepare_status::ready);
  CHECK(s.pin(0, 0xffff'fffe).bytes == nullptr);
  CHECK(s.pin(0, 0xffff'ffff).bytes != nullptr);
}

}  // namespace
}  // namespace logio::ring
