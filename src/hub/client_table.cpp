#include "logio/hub/client_table.hpp"

namespace logio::hub {

client_table::claim client_table::open(std::string_view id, std::int64_t now_ns) {
  claim out;
  {
    std::lock_guard lock(mutex_);
    if (const auto found = by_id_.find(id); found != by_id_.end()) {
      by_use_.splice(by_use_.end(), by_use_, found->second);
      found->second->used_ns = now_ns;
      out.of = found->second->of;
    } else {
      by_use_.push_back({std::string(id), std::make_shared<client>(), now_ns});
      by_id_.emplace(by_use_.back().id, std::prev(by_use_.end()));
      out.of = by_use_.back().of;
    }
    out.owner = next_owner_++;
    forget(now_ns);
  }
  std::lock_guard lock(out.of->mutex);  // waits for an append that is under way
  if (out.of->owner < out.owner) out.of->owner = out.owner;
  out.highest = out.of->highest;
  return out;
}

void client_table::forget(std::int64_t now_ns) {
  auto it = by_use_.begin();
  // One in use is kept whatever its age; a few are looked at per call, so that the cost is bounded.
  for (int looked = 0; looked < 8 && it != by_use_.end(); ++looked) {
    const bool too_many = by_use_.size() > clients_max;
    if (!too_many && now_ns - it->used_ns <= unused_ns_max) return;
    if (it->of.use_count() > 1) {
      ++it;
      continue;
    }
    by_id_.erase(it->id);
    it = by_use_.erase(it);
  }
}

std::size_t client_table::size() const {
  std::lock_guard lock(mutex_);
  return by_use_.size();
}

}  // namespace logio::hub
