#include "logio/hub/block.hpp"

#include <algorithm>
#include <bit>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define LOGIO_FORBID(place, bytes) ASAN_POISON_MEMORY_REGION(place, bytes)
#define LOGIO_PERMIT(place, bytes) ASAN_UNPOISON_MEMORY_REGION(place, bytes)
#else
#define LOGIO_FORBID(place, bytes) static_cast<void>(0)
#define LOGIO_PERMIT(place, bytes) static_cast<void>(0)
#endif

namespace logio::hub {

block_pool::~block_pool() { trim(); }

block_ptr block_pool::allocate(std::size_t data_bytes) {
  std::size_t bytes = std::max(data_bytes + sizeof(block), allocated_min);
  void* place = nullptr;
  if (bytes > allocated_usual_max) {
    place = ::operator new(bytes);
  } else {
    bytes = std::bit_ceil(bytes);
    auto& spares = spares_of(bytes);
    if (!spares.empty()) {
      place = spares.back();
      spares.pop_back();
    } else {
      spares.reserve(spares_max(bytes));  // release() must not fail
      const auto slot = slots_.take();
      if (!slot) throw std::bad_alloc();
      place = *slot;
    }
    LOGIO_PERMIT(place, bytes);
  }
  block* const made = ::new (place) block;
  made->pool = this;
  made->capacity = static_cast<std::uint32_t>(bytes - sizeof(block));
  allocated_ += bytes;
  return block_ptr(made);
}

void block_pool::release(block* b) noexcept {
  const std::size_t bytes = b->allocated();
  allocated_ -= bytes;
  if (bytes > allocated_usual_max) return ::operator delete(b);
  auto& spares = spares_of(bytes);
  if (spares.size() < spares_max(bytes)) {
    spares.push_back(b);
    LOGIO_FORBID(b, bytes);
  } else {
    slots_.give_back(reinterpret_cast<std::byte*>(b), bytes);
  }
}

void block_pool::trim() noexcept {
  for (std::size_t i = 0; i < sizes; ++i) {
    const std::size_t bytes = allocated_min << i;
    for (block* b : spares_[i]) {
      LOGIO_PERMIT(b, bytes);
      slots_.give_back(reinterpret_cast<std::byte*>(b), bytes);
    }
    spares_[i].clear();
  }
}

}  // namespace logio::hub
