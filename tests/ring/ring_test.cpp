#include "logio/ring/ring.hpp"

#include <array>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <optional>
#include <random>

#include "logio/ring/readers.hpp"
#include "ring/support.hpp"

namespace logio::ring {
namespace {

using test::append_key;
using test::is_payload_of;
using test::open_ring;
using test::payload_of_lines;
using test::tiny;

TEST_CASE("appended batches come out in order with what the writer gave") {
  const auto ring = open_ring(tiny(4, 16), 1000);
  log_gate gate(*ring, 0);
  gate.join();
  const auto payload = test::payload_of(5, 77);
  const auto first =
      ring->try_append({.arrival_ns = -3, .count = 9, .tag = 42, .payload = payload});
  const auto second = append_key(*ring, 6, 0);
  CHECK(first.first_position == 1000);
  CHECK(second.first_position == 1009);
  CHECK(ring->end().position == 1010);

  const batch_header* header = gate.peek();
  REQUIRE(header != nullptr);
  CHECK(header->first_position == 1000);
  CHECK(header->arrival_ns == -3);
  CHECK(header->count == 9);
  CHECK(header->tag == 42);
  CHECK(header->payload_bytes == 77);
  CHECK(is_payload_of(5, *header));
  CHECK(gate.peek() == header);  // looking does not move
  gate.advance();
  REQUIRE(gate.peek() != nullptr);
  CHECK(gate.peek()->first_position == 1009);
  gate.advance();
  CHECK(gate.peek() == nullptr);
  CHECK(gate.at() == ring->end());
}

TEST_CASE("a batch that is copied past the cache is as any other") {
  const auto ring = open_ring(tiny(4, 64));
  log_gate gate(*ring, 0);
  gate.join();
  for (std::uint64_t key = 0; key < 500; ++key) {
    const auto payload = test::payload_of(key, key * 37 % 3000);
    REQUIRE(ring->try_append({.count = 1, .payload = payload, .past_cache = key % 3 != 0}).status ==
            append_status::ok);
    const batch_header* header = gate.peek();
    REQUIRE(header != nullptr);
    REQUIRE(header->payload_bytes == payload.size());
    REQUIRE(is_payload_of(key, *header));
    gate.advance();
  }
}

TEST_CASE("a batch that arrived earlier than the one before gets that one's arrival") {
  const auto ring = open_ring(tiny(4, 16));
  log_gate gate(*ring, 0);
  gate.join();
  const auto payload = test::payload_of(5, 10);
  std::vector<std::int64_t> arrivals;
  for (const std::int64_t arrival : {5, 9, 7, 9, 8, 12}) {
    REQUIRE(ring->try_append({.arrival_ns = arrival, .count = 1, .tag = 0, .payload = payload})
                .status == append_status::ok);
    REQUIRE(gate.peek() != nullptr);
    arrivals.push_back(gate.peek()->arrival_ns);
    gate.advance();
  }
  CHECK(arrivals == std::vector<std::int64_t>{5, 9, 9, 9, 9, 12});
}

TEST_CASE("an append tells where the next payload goes, but at a chunk's end") {
  const auto ring = open_ring(tiny(4, 16));
  log_gate gate(*ring, 0);
  gate.join();
  const std::byte* expected = nullptr;
  int known = 0;
  for (std::uint64_t key = 0; key < 64; ++key) {  // lines of 1, 2, 3 in chunks of 16
    const append_result done = append_key(*ring, key, payload_of_lines(key % 3 + 1));
    REQUIRE(done.status == append_status::ok);
    REQUIRE(gate.peek() != nullptr);
    const bool same_chunk = ring->end().offset != 16 * line_bytes;
    CHECK((done.next_payload != nullptr) == same_chunk);
    // A batch that no longer fitted went to the next chunk's start.
    if (expected != nullptr && ring->end().offset > (key % 3 + 1) * line_bytes) {
      CHECK(gate.peek()->payload() == expected);
      ++known;
    }
    expected = done.next_payload;
    gate.advance();
  }
  CHECK(known > 40);
}

TEST_CASE("the largest payload fills a chunk, and each chunk of it ends exactly at its end") {
  const auto ring = open_ring(tiny(4, 16, 1));
  log_gate gate(*ring, 0);
  gate.join();
  for (std::uint64_t key = 0; key < 20; ++key) {
    REQUIRE(append_key(*ring, key, payload_of_lines(16)).status == append_status::ok);
    CHECK(ring->end().offset == 16 * line_bytes);
    const batch_header* header = gate.peek();
    REQUIRE(header != nullptr);
    CHECK(is_payload_of(key, *header));
    gate.advance();
    CHECK(gate.peek() == nullptr);
  }
}

TEST_CASE("a batch that ends exactly with its chunk leaves no rolled word behind") {
  const auto ring = open_ring(tiny(2, 4, 1, 1));
  log_gate gate(*ring, 0);
  gate.join();
  log_pin pin(*ring, 0);
  pin.seek(ring->end());
  for (std::uint64_t key = 0; key < 30; ++key) {  // 1 + 3 lines, again and again
    const std::size_t lines = key % 2 == 0 ? 1 : 3;
    REQUIRE(append_key(*ring, key, payload_of_lines(lines)).status == append_status::ok);
    REQUIRE(gate.peek() != nullptr);
    CHECK(is_payload_of(key, *gate.peek()));
    gate.advance();
    const batch_header* header = nullptr;
    REQUIRE(pin.next(header) == log_pin::status::batch);
    CHECK(is_payload_of(key, *header));
    CHECK(pin.next(header) == log_pin::status::end);
  }
}

TEST_CASE("a full ring refuses and changes nothing until the gate has moved on") {
  const auto ring = open_ring(tiny(2, 4, 1));
  log_gate gate(*ring, 0);
  gate.join();
  std::uint64_t key = 0;
  while (append_key(*ring, key, payload_of_lines(2)).status == append_status::ok) ++key;
  CHECK(key == 4);
  const place before = ring->end();
  CHECK(append_key(*ring, key, payload_of_lines(2)).status == append_status::full);
  CHECK(ring->end() == before);

  for (int i = 0; i < 2; ++i) {
    REQUIRE(gate.peek() != nullptr);
    gate.advance();
  }
  CHECK(append_key(*ring, key, payload_of_lines(2)).status == append_status::full);
  REQUIRE(gate.peek() != nullptr);  // only looking into the next chunk leaves the old one
  CHECK(append_key(*ring, key, payload_of_lines(2)).status == append_status::ok);
}

TEST_CASE("a small batch still fits into a ring that is full for a large one") {
  const auto ring = open_ring(tiny(2, 4, 1));
  log_gate gate(*ring, 0);
  gate.join();
  REQUIRE(append_key(*ring, 0, payload_of_lines(4)).status == append_status::ok);
  REQUIRE(append_key(*ring, 1, payload_of_lines(3)).status == append_status::ok);
  CHECK(append_key(*ring, 2, payload_of_lines(2)).status == append_status::full);
  CHECK(append_key(*ring, 2, payload_of_lines(1)).status == append_status::ok);
}

TEST_CASE("with no gate joined the ring goes round") {
  const auto ring = open_ring(tiny(2, 4));
  for (std::uint64_t key = 0; key < 100; ++key) {
    REQUIRE(append_key(*ring, key, payload_of_lines(1 + key % 4)).status == append_status::ok);
  }
  CHECK(ring->end().position == 100);
}

TEST_CASE("chunk numbers wrap after 2^32 without a trace") {
  const auto ring = open_ring(tiny(4, 8), 1'000'000, 0xffff'ffe0);
  log_gate gate(*ring, 0);
  gate.join();
  log_pin pin(*ring, 0);
  pin.seek(ring->end());
  for (std::uint64_t key = 0; key < 500; ++key) {
    REQUIRE(append_key(*ring, key, payload_of_lines(1 + key % 5)).status == append_status::ok);
    if (key % 3 == 0) continue;
    while (const batch_header* header = gate.peek()) {
      REQUIRE(is_payload_of(header->first_position - 1'000'000, *header));
      gate.advance();
    }
    const batch_header* header = nullptr;
    while (pin.next(header) == log_pin::status::batch) {
      REQUIRE(is_payload_of(header->first_position - 1'000'000, *header));
    }
    pin.release();
  }
  CHECK(ring->end().chunk < 1000);
  CHECK(pin.at().position == ring->end().position);
}

// -- Against a std::deque -------------------------------------------------------------------------

/// What was appended, in order; the ring's contents as a program would write them down naively.
struct expected_batch {
  std::uint64_t position;
  std::uint32_t count;
  std::size_t bytes;
  place at;
};

class deque_model {
 public:
  deque_model(const geometry& g, std::uint64_t seed, std::uint32_t first_chunk)
      : ring_(open_ring(g, 0, first_chunk)), random_(seed), gates_(g.gates_max), pins_(g.pins_max) {
    for (unsigned i = 0; i < g.gates_max; ++i) gates_[i].reader.emplace(*ring_, i);
    for (unsigned i = 0; i < g.pins_max; ++i) pins_[i].reader.emplace(*ring_, i);
  }

  void step() {
    switch (below(8)) {
      case 0: case 1: case 2: return append();
      case 3: case 4: return read_gate(gates_[below(gates_.size())]);
      case 5: return toggle_gate(gates_[below(gates_.size())]);
      case 6: return read_pin(pins_[below(pins_.size())]);
      default: return move_pin(pins_[below(pins_.size())]);
    }
  }

 private:
  struct gate {
    std::optional<log_gate> reader;
    std::size_t next = 0;  // index of the batch that it must see next
  };
  struct pin {
    std::optional<log_pin> reader;
    std::optional<std::size_t> next;
  };

  std::size_t below(std::size_t n) { return random_() % n; }

  void append() {
    const std::size_t most = ring_->shape().chunk_bytes - sizeof(batch_header);
    const std::size_t bytes = below(below(4) == 0 ? most + 1 : 90);
    const auto count = static_cast<std::uint32_t>(1 + below(100));
    const place at = ring_->end();
    const append_result done = append_key(*ring_, all_.size(), bytes, count);
    if (done.status == append_status::ok) {
      REQUIRE(done.first_position == at.position);
      REQUIRE(ring_->end().position == at.position + count);
      all_.push_back({at.position, count, bytes, at});
      return;
    }
    REQUIRE(done.status == append_status::full);
    REQUIRE(ring_->end() == at);
    REQUIRE(slowest_lag() >= static_cast<std::int32_t>(ring_->shape().chunks) - 1);
  }

  /// How many chunks the slowest joined gate is behind; -1 if none has joined.
  std::int32_t slowest_lag() {
    std::int32_t lag = -1;
    for (const gate& g : gates_) {
      if (!g.reader->joined()) continue;
      lag = std::max(lag, chunk_distance(g.reader->at().chunk, ring_->end().chunk));
    }
    return lag;
  }

  void check(const batch_header& header, std::size_t index) {
    REQUIRE(index < all_.size());
    REQUIRE(header.first_position == all_[index].position);
    REQUIRE(header.count == all_[index].count);
    REQUIRE(header.payload_bytes == all_[index].bytes);
    REQUIRE(is_payload_of(index, header));
  }

  void read_gate(gate& g) {
    if (!g.reader->joined()) return;
    for (std::size_t n = below(30); n > 0; --n) {
      const batch_header* header = g.reader->peek();
      if (header == nullptr) {
        REQUIRE(g.next == all_.size());
        return;
      }
      check(*header, g.next++);
      g.reader->advance();
    }
  }

  void toggle_gate(gate& g) {
    if (below(4) != 0) return;
    if (g.reader->joined()) return g.reader->leave();
    g.reader->join();
    g.next = all_.size();
  }

  void read_pin(pin& p) {
    if (!p.next) return;
    for (std::size_t n = below(30); n > 0; --n) {
      const batch_header* header = nullptr;
      const place at = p.reader->at();
      switch (p.reader->next(header)) {
        case log_pin::status::batch: check(*header, (*p.next)++); break;
        case log_pin::status::end: REQUIRE(*p.next == all_.size()); return;
        case log_pin::status::lost:
          REQUIRE(p.reader->at().position == at.position);
          REQUIRE(chunk_distance(p.reader->at().chunk, ring_->end().chunk) >=
                  static_cast<std::int32_t>(ring_->shape().chunks) - 1);
          p.next.reset();
          return;
      }
    }
    if (below(2) == 0) p.reader->release();
  }

  void move_pin(pin& p) {
    if (all_.empty() || below(3) != 0) return;
    const std::size_t back = below(std::min<std::size_t>(all_.size(), 60));
    p.next = all_.size() - 1 - back;
    p.reader->seek(all_[*p.next].at);
  }

  std::unique_ptr<log_ring> ring_;
  std::mt19937_64 random_;
  std::deque<expected_batch> all_;
  std::vector<gate> gates_;
  std::vector<pin> pins_;
};

TEST_CASE("the ring does what a deque would do, whatever its readers do") {
  const std::uint64_t seed = Catch::getSeed();
  const std::array<geometry, 4> shapes{tiny(2, 4, 1, 1), tiny(2, 16, 2, 3), tiny(4, 32, 3, 2),
                                       tiny(16, 8, 2, 4)};
  for (std::uint64_t round = 0; round < 200; ++round) {
    CAPTURE(seed, round);  // replay with --rng-seed
    const std::uint32_t first_chunk = round % 2 == 0 ? 0 : 0xffff'fff0;
    deque_model model(shapes[round % shapes.size()], test::mix(seed + round), first_chunk);
    for (int i = 0; i < 2500; ++i) model.step();
  }
}

// -- Stalled writers ------------------------------------------------------------------------------

TEST_CASE("a stalled writer is named to whoever makes room, once") {
  const auto ring = open_ring(tiny(2, 4, 2));
  log_gate slow(*ring, 0);
  log_gate quick(*ring, 1);
  slow.join();
  quick.join();
  std::uint64_t key = 0;
  while (append_key(*ring, key, payload_of_lines(4)).status == append_status::ok) ++key;
  ring->note_stalled(5);
  ring->note_stalled(63);
  CHECK(append_key(*ring, key, payload_of_lines(4)).status == append_status::full);

  REQUIRE(slow.peek() != nullptr);
  CHECK(slow.take_stalled() == 0);
  slow.advance();
  REQUIRE(slow.peek() != nullptr);
  CHECK(slow.take_stalled() == ((std::uint64_t{1} << 5) | (std::uint64_t{1} << 63)));
  CHECK(slow.take_stalled() == 0);

  CHECK(append_key(*ring, key, payload_of_lines(4)).status == append_status::full);
  ring->note_stalled(5);  // the other gate is in its way now
  CHECK(append_key(*ring, key, payload_of_lines(4)).status == append_status::full);
  quick.leave();
  CHECK(quick.take_stalled() == std::uint64_t{1} << 5);
  CHECK(append_key(*ring, key, payload_of_lines(4)).status == append_status::ok);
}

}  // namespace
}  // namespace logio::ring
