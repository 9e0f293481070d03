/// Slots of equal size whose pages come when they are touched and go when they are given back.
///
/// What is resident is what is in use: blocks of mixed sizes, held for mixed times, leave no holes
/// that stay resident, as they do in a heap (1,000 queues of 256 KiB each: a fifth more than
/// asked for). The price is address space, a whole slot for each block, and one system call when a
/// slot is given back; keep warm slots aside for the usual case.
///
/// Ownership:      owns its pages; slots must be given back, or forgotten, before it ends.
/// Thread safety:  distinct objects.
/// Limits:         address space is taken by `map_bytes` at a time and kept.
/// Errors:         take() reports the kernel's error (ENOMEM) and changes nothing.
#pragma once

#include <cstddef>
#include <vector>

#include "logio/base/mapped_memory.hpp"
#include "logio/base/result.hpp"

namespace logio::base {

class slot_memory {
 public:
  static constexpr std::size_t map_bytes = std::size_t{4} << 20;

  /// REQUIRES: a multiple of the page size, at most `map_bytes`.
  explicit slot_memory(std::size_t slot_bytes) noexcept : slot_bytes_(slot_bytes) {}
  slot_memory(const slot_memory&) = delete;

  /// A slot at a page's start, all zero, nothing of it resident.
  result<std::byte*> take();

  /// Gives the slot's pages back to the system. REQUIRES: it came from take(), and at most the
  /// first `used_bytes` were written to.
  void give_back(std::byte* slot, std::size_t used_bytes) noexcept;

 private:
  std::size_t slot_bytes_;
  std::vector<mapped_memory> maps_;
  std::vector<std::byte*> free_;  // has room for every slot there is
};

}  // namespace logio::base
