#include "logio/hub/block.hpp"

#include <algorithm>
#include <bit>
#include <new>

namespace logio::hub {

block_pool::~block_pool() { trim(); }

block_ptr block_pool::allocate(std::size_t data_bytes) {
  std::size_t bytes = std::max(data_bytes + sizeof(block), allocated_min);
  if (bytes <= allocated_usual_max) bytes = std::bit_ceil(bytes);
  block* made = nullptr;
  if (bytes == allocated_usual_max && !spares_.empty()) {
    made = spares_.back();
    spares_.pop_back();
    *made = block{};
  } else {
    made = ::new (::operator new(bytes)) block;
  }
  made->pool = this;
  made->capacity = static_cast<std::uint32_t>(bytes - sizeof(block));
  allocated_ += bytes;
  return block_ptr(made);
}

void block_pool::release(block* b) noexcept {
  allocated_ -= b->allocated();
  if (b->allocated() == allocated_usual_max && spares_.size() < spares_max) {
    spares_.push_back(b);
    return;
  }
  ::operator delete(b);
}

void block_pool::trim() noexcept {
  for (block* b : spares_) ::operator delete(b);
  spares_.clear();
  spares_.shrink_to_fit();
}

}  // namespace logio::hub
