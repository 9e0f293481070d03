#include "gate_thread.hpp"

#include <utility>

namespace logio::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds nap{2};        // between two looks while there is traffic
constexpr int quiet_turns_max = 50;   // naps without a batch before it sleeps until it is woken
constexpr milliseconds sleep{500};    // at most, for the sake of stop()

}  // namespace

gate_thread::gate_thread(hub::hub& h, unsigned gate, handlers to)
    : hub_(h), to_(std::move(to)), gate_(h.ring(), gate) {
  hub_.when_gate_wakes(gate, [this] { wake_.release(); });
}

gate_thread::~gate_thread() {
  if (thread_.joinable()) stop(clock::now());
}

std::uint64_t gate_thread::begin() {
  gate_.join();
  const std::uint64_t from = gate_.at().position;
  thread_ = std::thread([this] { run(); });
  return from;
}

void gate_thread::stop(clock::time_point deadline) {
  deadline_.store(deadline.time_since_epoch().count());
  stopping_.store(true);
  wake_.release();
  thread_.join();
}

bool gate_thread::time_is_over() const noexcept {
  return stopping_.load() && clock::now().time_since_epoch().count() >= deadline_.load();
}

void gate_thread::run() {
  for (;;) {
    const ring::batch_header* const batch = gate_.peek();
    for (std::uint64_t shards = gate_.take_stalled(); shards != 0; shards &= shards - 1) {
      hub_.at(static_cast<unsigned>(__builtin_ctzll(shards))).resume_from_elsewhere();
    }
    if (batch == nullptr) {
      if (to_.on_caught_up) to_.on_caught_up(gate_.at().position);
      // stopping_ was set behind the last append, so nothing is behind a null seen after it.
      if (stopping_.load() && gate_.peek() == nullptr) break;
      rest();
      continue;
    }
    quiet_turns_ = 0;
    if (to_.on_batch(*batch)) {
      gate_.advance();
    } else if (time_is_over()) {
      break;
    }
  }
  gate_.leave();
}

void gate_thread::rest() {
  if (++quiet_turns_ < quiet_turns_max) {
    (void)wake_.try_acquire_for(nap);
  } else if (gate_.try_sleep()) {
    (void)wake_.try_acquire_for(sleep);
  }
}

}  // namespace logio::app
