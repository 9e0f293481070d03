#include "journal_thread.hpp"

#include <string>

namespace logio::app {
namespace {

constexpr std::chrono::milliseconds room_wait{50};

}  // namespace

journal_thread::journal_thread(hub::hub& h, journal::writer& to, bool shed)
    : hub_(h),
      writer_(to),
      shed_when_full_(shed),
      thread_(h, h.journal_gate(),
              {[this](const ring::batch_header& batch) { return take(batch); },
               [this](std::uint64_t) { (void)close_gap(); }}) {}

void journal_thread::stop(journal::writer::clock::time_point deadline) {
  thread_.stop(deadline);
  (void)close_gap();
}

bool journal_thread::take(const ring::batch_header& batch) {
  if (append(batch)) return true;
  writer_.wait_for_room(room_wait);
  return false;
}

/// False: it has to be offered again.
bool journal_thread::append(const ring::batch_header& batch) {
  if (!topic_ || topic_->id != batch.tag) topic_ = hub_.topics().find(batch.tag);
  // The table keeps a topic as long as the ring may hold records of it.
  if (!topic_) return leave_out(batch);
  if (!close_gap()) return shed_when_full_ && leave_out(batch);
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

/// Writes down what was left out, also when nothing follows it: who waits for what lies in the gap
/// is to hear of it. False: there is no room.
bool journal_thread::close_gap() {
  if (gap_.count == 0) return true;
  if (!writer_.try_append(gap_)) return false;
  gap_ = {};
  return true;
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
