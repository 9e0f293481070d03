#include "logio/base/slot_memory.hpp"

#include <sys/mman.h>

#include <cstring>
#include <utility>

namespace logio::base {

result<std::byte*> slot_memory::take() {
  if (free_.empty()) {
    auto map = mapped_memory::map(map_bytes);
    if (!map) return map.error();
    // Otherwise one touched page may make two megabytes resident.
    ::madvise(map->data(), map->size(), MADV_NOHUGEPAGE);
    const std::size_t slots = map_bytes / slot_bytes_;
    free_.reserve((maps_.size() + 1) * slots);
    std::byte* const first = map->data();
    maps_.push_back(std::move(*map));
    for (std::size_t i = slots; i-- != 0;) free_.push_back(first + i * slot_bytes_);
  }
  std::byte* const slot = free_.back();
  free_.pop_back();
  return slot;
}

void slot_memory::give_back(std::byte* slot, std::size_t used_bytes) noexcept {
  // It fails only where pages are locked; then they stay, and must be as new all the same.
  if (::madvise(slot, used_bytes, MADV_DONTNEED) != 0) std::memset(slot, 0, used_bytes);
  free_.push_back(slot);
}

}  // namespace logio::base
