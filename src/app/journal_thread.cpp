#include "journal_thread.hpp"

#include <string>

namespace logio::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds nap{2};        // between two looks while there is traffic
constexpr int quiet_turns_max = 50;   // naps without a batch before it sleeps until it is woken
constexpr milliseconds sleep{500};    // at most, for the sake of stop()
constexpr milliseconds room_wait{50};

}  // namespace

journal_thread::journal_thread(hub::hub& h, journal::writer& to, bool shed)
    : hub_(h), writer_(to), shed_when_full_(shed), gate_(h.ring(), h.journal_gate()) {
  hub_.when_journal_wakes([this] { wake_.release(); });
}

journal_thread::~journal_thread() {
  if (thread_.joinable()) stop(journal::writer::clock::now());
}

void journal_thread::begin() {
  gate_.join();
  thread_ = std::thread([this] { run(); });
}

void journal_thread::stop(journal::writer::clock::time_point deadline) {
  deadline_.store(deadline.time_since_epoch().count());
  stopping_.store(true);
  wake_.release();
  thread_.join();
}

bool journal_thread::time_is_over() const noexcept {
  return stopping_.load() &&
         journal::writer::clock::now().time_since_epoch().count() >= deadline_.load();
}

void journal_thread::run() {
  for (;;) {
    const ring::batch_header* const batch = gate_.peek();
    for (std::uint64_t shards = gate_.take_stalled(); shards != 0; shards &= shards - 1) {
      hub_.at(static_cast<unsigned>(__builtin_ctzll(shards))).resume_from_elsewhere();
    }
    if (batch == nullptr) {
      // stopping_ was set behind the last append, so nothing is behind a null seen after it.
      if (stopping_.load() && gate_.peek() == nullptr) break;
      rest();
      continue;
    }
    quiet_turns_ = 0;
    if (append(*batch)) {
      gate_.advance();
      continue;
    }
    if (time_is_over()) break;
    writer_.wait_for_room(room_wait);
  }
  if (gap_.count != 0) writer_.try_append(gap_);
  gate_.leave();
}

void journal_thread::rest() {
  if (++quiet_turns_ < quiet_turns_max) {
    (void)wake_.try_acquire_for(nap);
  } else if (gate_.try_sleep()) {
    (void)wake_.try_acquire_for(sleep);
  }
}

/// False: it has to be offered again.
bool journal_thread::append(const ring::batch_header& batch) {
  if (!topic_ || topic_->id != batch.tag) topic_ = hub_.topics().find(batch.tag);
  // The table keeps a topic as long as the ring may hold records of it.
  if (!topic_) return leave_out(batch);
  if (gap_.count != 0) {
    if (!writer_.try_append(gap_)) return shed_when_full_ && leave_out(batch);
    gap_ = {};
  }
  journal::batch b;
  b.first_position = batch.first_position;
  b.arrival_ns = batch.arrival_ns;
  b.count = batch.count;
  b.topic = batch.tag;
  b.records = {batch.payload(), batch.payload_bytes};
  const std::string client = batch.client == 0 ? "" : hub_.clients().id_of(batch.client);
  if (!client.empty()) {
    b.client = client;
    b.sequence = batch.client_sequence;
  }
  if (writer_.try_append(b, topic_->topic)) return true;
  return shed_when_full_ && leave_out(batch);
}

bool journal_thread::leave_out(const ring::batch_header& batch) {
  if (gap_.count == 0) {
    gap_.first_position = batch.first_position;
    gap_.first_arrival_ns = batch.arrival_ns;
  }
  gap_.count += batch.count;
  gap_.last_arrival_ns = batch.arrival_ns;
  left_out_.fetch_add(batch.count, std::memory_order_relaxed);
  return true;
}

}  // namespace logio::app
