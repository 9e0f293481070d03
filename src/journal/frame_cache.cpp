#include "frame_cache.hpp"

#include <algorithm>
#include <utility>

namespace logio::journal {

frame_cache::bytes frame_cache::find(const key& of) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const entry& e) { return e.of == of; });
  if (found == entries_.end()) return nullptr;
  std::rotate(found, found + 1, entries_.end());
  return entries_.back().content;
}

void frame_cache::put(const key& of, bytes content) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const entry& e) { return e.of == of; });
  if (entries_.size() == frames_max) entries_.erase(entries_.begin());
  entries_.push_back({of, std::move(content)});
}

}  // namespace logio::journal
