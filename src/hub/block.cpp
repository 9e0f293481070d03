#include "logio/hub/block.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define LOGIO_FORBID(place, bytes) ASAN_POISON_MEMORY_REGION(place, bytes)
#define LOGIO_PERMIT(place, bytes) ASAN_UNPOISON_MEMORY_REGION(place, bytes)
#else
#define LOGIO_FORBID(place, bytes) static_cast<void>(0)
#define LOGIO_PERMIT(place, bytes) static_cast<void>(0)
#endif

namespace logio::hub {

block_pool::~block_pool() {
  for (std::size_t size = 0; size < sizes; ++size) give_back_spares(size, spares_[size].count);
}

block_ptr block_pool::allocate(std::size_t data_bytes) {
  std::size_t bytes = std::max(data_bytes + sizeof(block), allocated_min);
  std::byte* place = nullptr;
  if (bytes <= allocated_usual_max) {
    bytes = std::bit_ceil(bytes);
    place = take_spare(size_of(bytes));
  }
  if (place == nullptr) {
    keep_within(allocated_bytes() + bytes);
    if (bytes > allocated_usual_max) {
      place = static_cast<std::byte*>(::operator new(bytes));
    } else {
      const auto slot = slots_.take();
      if (!slot) throw std::bad_alloc();
      place = *slot;
    }
  }
  block* const made = ::new (place) block;
  made->pool = this;
  made->capacity = static_cast<std::uint32_t>(bytes - sizeof(block));
  allocated_.store(allocated_bytes() + bytes, std::memory_order_relaxed);
  return block_ptr(made);
}

void block_pool::release(block* b) noexcept {
  const std::size_t bytes = b->allocated();
  allocated_.store(allocated_bytes() - bytes, std::memory_order_relaxed);
  if (bytes > allocated_usual_max) return ::operator delete(b);
  put_spare(reinterpret_cast<std::byte*>(b), size_of(bytes));
}

void block_pool::trim() noexcept {
  for (std::size_t size = 0; size < sizes; ++size) {
    give_back_spares(size, spares_[size].unused);
    spares_[size].unused = spares_[size].count;
  }
}

void block_pool::put_spare(std::byte* place, std::size_t size) noexcept {
  spare_list& list = spares_[size];
  list.first = ::new (place) spare{list.first};
  ++list.count;
  spare_bytes_ += bytes_of(size);
  LOGIO_FORBID(place + sizeof(spare), bytes_of(size) - sizeof(spare));
}

std::byte* block_pool::take_spare(std::size_t size) noexcept {
  spare_list& list = spares_[size];
  if (list.first == nullptr) return nullptr;
  auto* const place = reinterpret_cast<std::byte*>(std::exchange(list.first, list.first->next));
  list.unused = std::min(list.unused, --list.count);
  spare_bytes_ -= bytes_of(size);
  LOGIO_PERMIT(place + sizeof(spare), bytes_of(size) - sizeof(spare));
  return place;
}

void block_pool::give_back_spares(std::size_t size, std::size_t count) noexcept {
  for (; count != 0; --count) slots_.give_back(take_spare(size), bytes_of(size));
}

/// Makes room for `bytes` of blocks in use by giving back what is spare.
void block_pool::keep_within(std::size_t bytes) noexcept {
  for (std::size_t size = sizes; size-- != 0;) {
    while (spares_[size].count != 0 && bytes + spare_bytes_ > bytes_max_) {
      give_back_spares(size, 1);
    }
  }
}

}  // namespace logio::hub
