#include "ring/model/happens_before.hpp"

namespace logio::ring::model {
namespace {

constexpr std::size_t granule_bytes = 16;

bool acquires(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
bool releases(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_acquire;
}

}  // namespace

void happens_before::reset() {
  published_.clear();
  granules_.clear();
  known_ = {};
  for (unsigned i = 0; i < threads_max; ++i) known_[i].at[i] = 1;
}

void happens_before::load(unsigned thread, const void* at, std::memory_order order) {
  if (acquires(order)) known_[thread].join(published_[at]);
}

void happens_before::write(unsigned thread, const void* at, std::memory_order order, bool update) {
  clock& published = published_[at];
  if (update && acquires(order)) known_[thread].join(published);
  if (!update) published = {};  // a store ends the release sequence, an update goes on with it
  published.join(publish(thread, order));
}

clock happens_before::publish(unsigned thread, std::memory_order order) {
  clock& known = known_[thread];
  const clock out = releases(order) ? known : clock{};
  ++known.at[thread];  // what the thread does from now on has not been published
  return out;
}

void happens_before::arrive(const void* at, const clock& published) { published_[at] = published; }

template <class Visit>
const char* happens_before::visit(const void* at, std::size_t bytes, Visit visit) {
  if (bytes == 0) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(at);
  const auto last = (begin + bytes - 1) / granule_bytes;
  for (std::uintptr_t i = begin / granule_bytes; i <= last; ++i) {
    if (const char* race = visit(granules_[i])) return race;
  }
  return nullptr;
}

const char* happens_before::plain_read(unsigned thread, const void* at, std::size_t bytes) {
  const clock& known = known_[thread];
  return visit(at, bytes, [&](granule& g) -> const char* {
    if (g.written > known.at[g.writer]) {
      return "data race: bytes are read that another thread writes";
    }
    g.read[thread] = known.at[thread];
    return nullptr;
  });
}

const char* happens_before::plain_write(unsigned thread, const void* at, std::size_t bytes) {
  const clock& known = known_[thread];
  return visit(at, bytes, [&](granule& g) -> const char* {
    if (g.written > known.at[g.writer]) return "data race: two threads write the same bytes";
    for (unsigned t = 0; t < threads_max; ++t) {
      if (g.read[t] > known.at[t]) return "data race: bytes are written that another thread reads";
    }
    g.writer = thread;
    g.written = known.at[thread];
    return nullptr;
  });
}

}  // namespace logio::ring::model
