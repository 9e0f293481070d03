// What two threads may see of each other in the ring, asked of the processor itself.
#include "ring/race/race.hpp"

#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <optional>
#include <vector>

namespace logio::ring {
namespace {

using test::append_key;
using test::is_payload_of;
using test::open_ring;
using test::payload_of_lines;
using test::race;
using test::tiny;

/// Reads all that a gate finds and returns it in order, by key.
std::vector<std::uint64_t> drain(log_gate& gate, bool& right) {
  std::vector<std::uint64_t> keys;
  while (const batch_header* header = gate.peek()) {
    const auto key = std::uint64_t{header->tag};
    right &= is_payload_of(key, *header);
    keys.push_back(key);
    gate.advance();
  }
  return keys;
}

/// A ring with a gate that joined at its start.
struct gated_ring {
  explicit gated_ring(const geometry& g) : ring(open_ring(g)), gate(*ring, 0) { gate.join(); }

  std::unique_ptr<log_ring> ring;
  log_gate gate;
};

struct append_append : gated_ring {
  append_append() : gated_ring(tiny(4, 16, 1)) {}

  void prepare() {}
  void first() { a = append_key(*ring, 1, 200); }
  void second() { b = append_key(*ring, 2, 90); }
  std::size_t judge() {
    bool right = a.status == append_status::ok && b.status == append_status::ok;
    const std::vector<std::uint64_t> keys = drain(gate, right);
    if (!right || keys.size() != 2) return 2;
    if (a.first_position + 1 == b.first_position && keys[0] == 1) return 0;
    return b.first_position + 1 == a.first_position && keys[0] == 2 ? 1 : 2;
  }

  append_result a, b;
};

TEST_CASE("two threads that append at once get one place each") {
  CHECK(race<append_append>("append | append",
                            {{"first before second", true},
                             {"second before first", true},
                             {"one place twice, none, or other bytes", false}}) == 0);
}

struct sleep_append : gated_ring {
  sleep_append() : gated_ring(tiny(4, 16, 1)) {}

  void prepare() {
    append_key(*ring, 7, 10);  // takes the gate's bit if it still stands
    bool right = true;
    drain(gate, right);
  }
  void first() { slept = gate.try_sleep(); }
  void second() { done = append_key(*ring, 1, 40); }
  std::size_t judge() {
    bool right = true;
    if (drain(gate, right).size() != 1 || !right) return 4;
    if (slept) return done.wake == 1 ? 0 : 3;
    return done.wake == 0 ? 1 : 2;
  }

  bool slept = false;
  append_result done;
};

TEST_CASE("a gate that falls asleep while a batch arrives is woken or sees it") {
  CHECK(race<sleep_append>("try_sleep | append", {{"asleep and woken", true},
                                                  {"awake, not woken", true},
                                                  {"awake and woken for nothing", true},
                                                  {"asleep and not woken", false},
                                                  {"the batch is not there", false}}) == 0);
}

struct stall_move : gated_ring {
  stall_move() : gated_ring(tiny(2, 2, 1)) {}

  void prepare() {  // the ring full, and the gate behind all of the older chunk
    while (append_key(*ring, 1, payload_of_lines(1)).status == append_status::ok) {
    }
    gate.take_stalled();
    while (gate.at().offset < ring->shape().chunk_bytes && gate.peek() != nullptr) gate.advance();
  }
  void first() {
    ring->note_stalled(9);
    second_try = append_key(*ring, 1, payload_of_lines(1)).status;
  }
  void second() {
    gate.peek();
    resumed = gate.take_stalled();
  }
  std::size_t judge() {
    const bool named = resumed == std::uint64_t{1} << 9;
    bool right = true;
    drain(gate, right);
    if (!right) return 4;
    if (second_try == append_status::ok) return named ? 0 : 1;
    return named ? 2 : 3;
  }

  append_status second_try{};
  std::uint64_t resumed = 0;
};

TEST_CASE("a writer that stalls while a gate moves on is resumed or finds room") {
  CHECK(race<stall_move>("note_stalled, append | enter the next chunk",
                         {{"room, and resumed for nothing", true},
                          {"room", true},
                          {"full, and resumed", true},
                          {"full, and not resumed", false},
                          {"other bytes", false}}) == 0);
}

struct pin_overwrite {
  pin_overwrite() : ring(open_ring(tiny(4, 3, 1, 1))), pin(*ring, 0) {}

  void prepare() {  // a batch in each chunk; the next one after the newest is prepared already
    pin.release();
    for (int i = 0; i < 4; ++i) append();
    oldest_key = key - 3;
    pin.seek({oldest_key, 0, ring->end().chunk - 2});
  }
  void first() {
    const batch_header* header = nullptr;
    status = pin.next(header);
    right = status != log_pin::status::batch || is_payload_of(oldest_key, *header);
    if (status == log_pin::status::batch) right &= is_payload_of(oldest_key, *header);
  }
  void second() {
    append();
    append();
  }
  std::size_t judge() {
    if (status == log_pin::status::lost) return 0;
    return status == log_pin::status::batch && right ? 1 : 2;
  }

  void append() {
    append_key(*ring, key, payload_of_lines(2));
    ++key;
  }

  std::unique_ptr<log_ring> ring;
  log_pin pin;
  std::uint64_t key = 0;
  std::uint64_t oldest_key = 0;
  log_pin::status status{};
  bool right = true;
};

TEST_CASE("a chunk pinned while its slot is taken stays as it was or is said to be lost") {
  CHECK(race<pin_overwrite>("pin | append over it", {{"lost", true},
                                                     {"pinned, its own bytes", true},
                                                     {"other bytes, or no end", false}}) == 0);
}

struct join_append {
  join_append() : ring(open_ring(tiny(2, 2, 1))) {}

  void prepare() {
    gate.emplace(*ring, 0);
    keys.clear();
    right = true;
  }
  void first() {
    gate->join();
    keys = drain(*gate, right);
  }
  void second() {
    for (appended = 0; appended < 4; ++appended) {
      const append_result done = append_key(*ring, key + appended, payload_of_lines(1));
      if (done.status != append_status::ok) return;
    }
  }
  std::size_t judge() {
    key += appended;
    const std::vector<std::uint64_t> rest = drain(*gate, right);
    keys.insert(keys.end(), rest.begin(), rest.end());
    gate->leave();
    for (std::size_t i = 0; i < keys.size(); ++i) right &= keys[i] == key - keys.size() + i;
    if (!right) return 3;
    return keys.empty() ? 0 : keys.size() < appended ? 1 : 2;
  }

  std::unique_ptr<log_ring> ring;
  std::optional<log_gate> gate;
  std::uint64_t key = 0;
  std::uint64_t appended = 0;
  std::vector<std::uint64_t> keys;
  bool right = true;
};

TEST_CASE("a gate that joins while the ring goes round sees one unbroken sequence") {
  CHECK(race<join_append>("join, read | append", {{"joined after all", true},
                                                  {"joined between", true},
                                                  {"joined before", true},
                                                  {"a gap, or other bytes", false}}) == 0);
}

}  // namespace
}  // namespace logio::ring
