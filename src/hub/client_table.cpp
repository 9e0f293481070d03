#include "logio/hub/client_table.hpp"

namespace logio::hub {

client_table::claim client_table::open(std::string_view id, std::int64_t now_ns,
                                       std::uint64_t durable) {
  claim out;
  {
    std::lock_guard lock(mutex_);
    out.of = find_or_make(id, now_ns);
    out.owner = next_owner_++;
    forget(now_ns);
  }
  std::lock_guard lock(out.of->mutex);  // waits for an append that is under way
  if (out.of->owner < out.owner) out.of->owner = out.owner;
  out.highest = out.of->highest;
  out.settled = out.of->unsettled.settle(durable);
  if (out.of->unsettled.empty()) out.settled = out.highest;  // what was refused included
  return out;
}

void client_table::restore(std::string_view id, std::uint64_t highest, std::int64_t used_ns) {
  std::lock_guard lock(mutex_);
  client& of = *find_or_make(id, used_ns);
  of.highest = highest;
  of.unsettled.begin(highest);
}

const std::shared_ptr<client>& client_table::find_or_make(std::string_view id,
                                                          std::int64_t now_ns) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    by_use_.splice(by_use_.end(), by_use_, found->second);
    found->second->used_ns = now_ns;
    return found->second->of;
  }
  by_use_.push_back({std::make_shared<client>(next_number_++, id), now_ns});
  const std::shared_ptr<client>& made = by_use_.back().of;
  by_id_.emplace(made->id, std::prev(by_use_.end()));
  by_number_.emplace(made->number, &made->id);
  return made;
}

std::string client_table::id_of(std::uint32_t number) const {
  std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? std::string() : *found->second;
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
    by_id_.erase(it->of->id);
    by_number_.erase(it->of->number);
    it = by_use_.erase(it);
  }
}

std::size_t client_table::size() const {
  std::lock_guard lock(mutex_);
  return by_use_.size();
}

}  // namespace logio::hub
