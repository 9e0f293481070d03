#include "logio/ring/readers.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "ring/signal.hpp"
#include "ring/support.hpp"

namespace logio::ring {
namespace {

using test::append_key;
using test::is_payload_of;
using test::open_ring;
using test::payload_of_lines;
using test::tiny;

/// Appends until the ring's tail is in chunk `chunk`. Returns the number of batches so far.
std::uint64_t append_up_to_chunk(log_ring& ring, std::uint32_t chunk) {
  while (ring.end().chunk != chunk) {
    const std::uint64_t key = ring.end().position;
    REQUIRE(append_key(ring, key, payload_of_lines(1)).status == append_status::ok);
  }
  return ring.end().position;
}

TEST_CASE("a gate sees what is appended after it joined, and nothing from before") {
  const auto ring = open_ring(tiny(4, 4));
  append_key(*ring, 0, 10);
  append_key(*ring, 1, 10);
  log_gate gate(*ring, 0);
  gate.join();
  CHECK(gate.joined());
  CHECK(gate.peek() == nullptr);
  append_key(*ring, 2, 10);
  REQUIRE(gate.peek() != nullptr);
  CHECK(gate.peek()->first_position == 2);
}

TEST_CASE("a gate that left holds nothing back, and joins again at the end") {
  const auto ring = open_ring(tiny(2, 4, 1));
  log_gate gate(*ring, 0);
  gate.join();
  append_key(*ring, 0, 10);
  gate.leave();
  CHECK_FALSE(gate.joined());
  const std::uint64_t end = append_up_to_chunk(*ring, 7);
  gate.join();
  CHECK(gate.at().position == end);
  append_key(*ring, end, 10);
  REQUIRE(gate.peek() != nullptr);
  CHECK(gate.peek()->first_position == end);
}

TEST_CASE("a destroyed gate holds nothing back") {
  const auto ring = open_ring(tiny(2, 4, 1));
  {
    log_gate gate(*ring, 0);
    gate.join();
  }
  append_up_to_chunk(*ring, 9);
}

TEST_CASE("a gate at the exact end of a chunk waits there and goes on in the next") {
  const auto ring = open_ring(tiny(4, 4, 1));
  log_gate gate(*ring, 0);
  gate.join();
  append_key(*ring, 0, payload_of_lines(4));
  REQUIRE(gate.peek() != nullptr);
  gate.advance();
  CHECK(gate.peek() == nullptr);
  CHECK(gate.try_sleep());
  CHECK(append_key(*ring, 1, payload_of_lines(1)).wake == 1);
  REQUIRE(gate.peek() != nullptr);
  CHECK(gate.peek()->first_position == 1);
  CHECK(gate.at().chunk == 1);
}

TEST_CASE("only gates that sleep are named to the writer, and only once") {
  const auto ring = open_ring(tiny(4, 16, 64));
  log_gate early(*ring, 3);
  log_gate late(*ring, 63);
  early.join();
  late.join();
  CHECK(append_key(*ring, 0, 10).wake == 0);
  CHECK_FALSE(early.try_sleep());  // there is work
  CHECK(append_key(*ring, 1, 10).wake == 0);
  for (log_gate* gate : {&early, &late}) {
    while (gate->peek() != nullptr) gate->advance();
    CHECK(gate->try_sleep());
  }
  CHECK(append_key(*ring, 2, 10).wake == ((std::uint64_t{1} << 3) | (std::uint64_t{1} << 63)));
  CHECK(append_key(*ring, 3, 10).wake == 0);
}

TEST_CASE("a gate that left while asleep is not woken") {
  const auto ring = open_ring(tiny(4, 16, 2));
  log_gate gate(*ring, 1);
  gate.join();
  REQUIRE(gate.try_sleep());
  gate.leave();
  CHECK(append_key(*ring, 0, 10).wake == 0);
}

TEST_CASE("a pin finds the beginning of each chunk that is held, and no other") {
  const auto ring = open_ring(tiny(4, 4, 1, 1), 100);
  log_pin pin(*ring, 0);
  CHECK(pin.seek_chunk(0) == log_pin::status::end);
  while (ring->end().chunk != 6) {
    const std::uint64_t key = ring->end().position;
    REQUIRE(append_key(*ring, key, payload_of_lines(key % 3 + 1)).status == append_status::ok);
  }
  std::uint64_t before = 0;
  for (std::uint32_t chunk = 3; chunk <= 6; ++chunk) {
    REQUIRE(pin.seek_chunk(chunk) == log_pin::status::batch);
    CHECK(pin.at().chunk == chunk);
    const std::uint64_t first = pin.at().position;
    CHECK(first > before);
    before = first;
    const batch_header* header = nullptr;
    REQUIRE(pin.next(header) == log_pin::status::batch);
    CHECK(header->first_position == first);
    CHECK(is_payload_of(first, *header));
  }
  const place stood = pin.at();
  CHECK(pin.seek_chunk(2) == log_pin::status::lost);
  CHECK(pin.at() == stood);
  pin.release();
}

TEST_CASE("a pin reads from a remembered place to the end") {
  const auto ring = open_ring(tiny(4, 4, 1, 1));
  append_key(*ring, 0, 10);
  const place remembered = ring->end();
  for (std::uint64_t key = 1; key < 8; ++key) append_key(*ring, key, payload_of_lines(1));
  log_pin pin(*ring, 0);
  pin.seek(remembered);
  const batch_header* header = nullptr;
  for (std::uint64_t key = 1; key < 8; ++key) {
    REQUIRE(pin.next(header) == log_pin::status::batch);
    CHECK(header->first_position == key);
    CHECK(is_payload_of(key, *header));
  }
  CHECK(pin.next(header) == log_pin::status::end);
  CHECK(pin.at().position == ring->end().position);
}

TEST_CASE("a lapped pin says lost and still knows where it stood") {
  const auto ring = open_ring(tiny(2, 4, 1, 1));
  const place start = ring->end();
  log_pin pin(*ring, 0);
  pin.seek(start);
  append_key(*ring, 0, payload_of_lines(4));
  const batch_header* header = nullptr;
  REQUIRE(pin.next(header) == log_pin::status::batch);
  const place behind_first = pin.at();
  pin.release();
  append_key(*ring, 1, payload_of_lines(4));
  append_key(*ring, 2, payload_of_lines(4));
  append_key(*ring, 3, payload_of_lines(4));

  CHECK(pin.next(header) == log_pin::status::lost);
  CHECK(pin.at().position == behind_first.position);
  pin.seek(ring->end());
  CHECK(ring->end().position - behind_first.position == 3);  // so many records it missed
  CHECK(pin.next(header) == log_pin::status::end);
}

TEST_CASE("a pinned chunk is read to its end while the ring goes round below it") {
  const auto ring = open_ring(tiny(2, 4, 1, 1));
  const place start = ring->end();
  for (std::uint64_t key = 0; key < 4; ++key) append_key(*ring, key, payload_of_lines(1));
  log_pin pin(*ring, 0);
  pin.seek(start);
  const batch_header* header = nullptr;
  REQUIRE(pin.next(header) == log_pin::status::batch);
  append_up_to_chunk(*ring, 20);
  CHECK(is_payload_of(0, *header));
  for (std::uint64_t key = 1; key < 4; ++key) {
    REQUIRE(pin.next(header) == log_pin::status::batch);
    CHECK(is_payload_of(key, *header));
  }
  CHECK(pin.next(header) == log_pin::status::lost);  // the chunk after it is gone
  CHECK(pin.at().position == 4);
}

TEST_CASE("a sleeping reader wakes for every batch that finds it asleep") {
  constexpr std::uint64_t batches = 100'000;
  const auto ring = open_ring(tiny(4, 64, 1));
  test::signal reader_signal;
  test::signal writer_signal;
  log_gate gate(*ring, 0);
  gate.join();

  std::atomic<bool> writer_waited_too_long{false};
  std::thread writer([&] {
    for (std::uint64_t key = 0; key < batches;) {
      append_result done = append_key(*ring, key, 20);
      if (done.status == append_status::full) {
        ring->note_stalled(0);
        done = append_key(*ring, key, 20);
      }
      if (done.status == append_status::ok) {
        ++key;
        if (done.wake != 0) reader_signal.post();
      } else if (!writer_signal.wait()) {
        writer_waited_too_long = true;
        return;
      }
    }
  });

  std::uint64_t seen = 0;
  bool waited_too_long = false;
  bool right = true;
  while (seen < batches && !waited_too_long) {
    while (const batch_header* header = gate.peek()) {
      right &= header->first_position == seen && is_payload_of(seen, *header);
      ++seen;
      gate.advance();
      if (gate.take_stalled() != 0) writer_signal.post();
    }
    if (gate.take_stalled() != 0) writer_signal.post();
    if (seen < batches && gate.try_sleep()) waited_too_long = !reader_signal.wait();
    if (gate.take_stalled() != 0) writer_signal.post();
  }
  writer.join();
  CHECK_FALSE(waited_too_long);
  CHECK_FALSE(writer_waited_too_long);
  CHECK(right);
  CHECK(seen == batches);
}

}  // namespace
}  // namespace logio::ring
