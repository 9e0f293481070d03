// Threads that publish and read, as a hub's do, on a ring that is far too small for them.
#include <array>
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

/// A hub's thread in small: it publishes `batches`, runs its own gate when the ring is full, and
/// sleeps when there is nothing to do, until another thread signals.
class small_hub_thread {
 public:
  small_hub_thread(log_ring& ring, unsigned number, std::array<test::signal, 2>& signals,
                   std::uint64_t batches)
      : ring_(ring), number_(number), signals_(signals), left_(batches), gate_(ring, number) {
    gate_.join();
  }

  /// False: it waited longer than the deadline.
  bool run(std::uint64_t batches_of_all) {
    while (left_ > 0 || seen_ < batches_of_all) {
      const bool progressed = publish();
      read();
      const bool asleep = !progressed && gate_.try_sleep();
      resume(gate_.take_stalled());
      if (!asleep) continue;
      if (retry_) {  // busy: another turn of the event loop
        retry_ = false;
        std::this_thread::yield();
        continue;
      }
      if (seen_ == batches_of_all && left_ == 0) break;
      if (!signals_[number_].wait()) return false;
    }
    gate_.leave();
    resume(gate_.take_stalled());
    return in_order_;
  }

 private:
  bool publish() {
    if (left_ == 0) return false;
    append_status status = try_one();
    if (status == append_status::full) {
      read();
      ring_.note_stalled(number_);
      status = try_one();
    }
    retry_ = status == append_status::busy;
    return status == append_status::ok;
  }

  append_status try_one() {
    const std::size_t bytes = payload_of_lines(1 + left_ % 3);
    const append_result done = append_key(ring_, number_, bytes);
    if (done.status != append_status::ok) return done.status;
    --left_;
    resume(done.wake);
    return done.status;
  }

  void read() {
    while (const batch_header* header = gate_.peek()) {
      in_order_ &= is_payload_of(header->tag, *header);
      in_order_ &= header->first_position == seen_;
      ++seen_;
      gate_.advance();
      resume(gate_.take_stalled());
    }
    resume(gate_.take_stalled());
  }

  void resume(std::uint64_t threads) {
    for (unsigned i = 0; i < signals_.size(); ++i) {
      if ((threads >> i & 1) != 0) signals_[i].post();
    }
  }

  log_ring& ring_;
  unsigned number_;
  std::array<test::signal, 2>& signals_;
  std::uint64_t left_;
  log_gate gate_;
  std::uint64_t seen_ = 0;
  bool in_order_ = true;
  bool retry_ = false;
};

TEST_CASE("two threads that publish and read on a ring of two chunks never wait for each other") {
  constexpr std::uint64_t batches = 40'000;
  const auto ring = open_ring(tiny(2, 6, 2));
  std::array<test::signal, 2> signals;
  small_hub_thread first(*ring, 0, signals, batches);
  small_hub_thread second(*ring, 1, signals, batches);
  bool second_finished = false;
  std::thread other([&] { second_finished = second.run(2 * batches); });
  const bool first_finished = first.run(2 * batches);
  other.join();
  CHECK(first_finished);
  CHECK(second_finished);
  CHECK(ring->end().position == 2 * batches);
}

}  // namespace
}  // namespace logio::ring
