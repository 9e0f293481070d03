/// The shared output buffers: body bytes, encoded once, sent by every subscriber of a group.
///
/// Ownership:      block_ptr counts references; the last one gives the block back to its pool,
///                 which must outlive it.
/// Thread safety:  a pool and its blocks belong to one dispatcher's thread; allocated_bytes() may
///                 be called from any.
/// Limits:         the pool counts allocated capacity, not payload; who allocates asks first
///                 whether `allocated_bytes()` may grow. With the spare blocks it stays within
///                 `bytes_max`, or without any where blocks in use alone exceed it.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "logio/base/slot_memory.hpp"
#include "logio/hub/missed_reason.hpp"

namespace logio::hub {

class block_pool;

/// Bytes are only ever appended; what lies before `size` never changes or moves.
struct block {
  block_pool* pool = nullptr;
  std::uint32_t references = 0;
  std::uint32_t capacity = 0;  ///< bytes of data
  std::uint32_t size = 0;      ///< bytes in use; always a whole number of records
  std::uint32_t records = 0;
  std::uint64_t missed = 0;  ///< positions announced as missed by a notice in the data
  missed_reason missed_why = missed_reason::over_budget;  ///< of the last of them
  bool continuity = false;  ///< it begins by saying that continuity is lost
  std::int64_t first_arrival_ns = 0;
  std::int64_t last_arrival_ns = 0;

  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::size_t room() const noexcept { return capacity - size; }
  std::size_t allocated() const noexcept { return sizeof(block) + capacity; }
};

class block_ptr {
 public:
  block_ptr() = default;
  explicit block_ptr(block* b) noexcept : block_(b) {
    if (block_ != nullptr) ++block_->references;
  }
  block_ptr(const block_ptr& other) noexcept : block_ptr(other.block_) {}
  block_ptr(block_ptr&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  block_ptr& operator=(block_ptr other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~block_ptr();

  block* get() const noexcept { return block_; }
  block* operator->() const noexcept { return block_; }
  explicit operator bool() const noexcept { return block_ != nullptr; }
  bool operator==(const block_ptr&) const noexcept = default;

 private:
  block* block_ = nullptr;
};

class block_pool {
 public:
  static constexpr std::size_t allocated_min = std::size_t{4} << 10;
  static constexpr std::size_t allocated_usual_max = std::size_t{64} << 10;

  explicit block_pool(std::size_t bytes_max) noexcept
      : bytes_max_(bytes_max), slots_(allocated_usual_max) {}
  block_pool(const block_pool&) = delete;
  ~block_pool();

  /// A block with at least `data_bytes` of room: a power of two in all up to the usual maximum,
  /// exact beyond it.
  block_ptr allocate(std::size_t data_bytes);

  /// What blocks in use occupy.
  std::size_t allocated_bytes() const noexcept {
    return allocated_.load(std::memory_order_relaxed);
  }

  /// What blocks kept for reuse occupy.
  std::size_t spare_bytes() const noexcept { return spare_bytes_; }

  /// Gives those spare blocks back to the system that nobody needed since the last call.
  void trim() noexcept;

 private:
  friend class block_ptr;
  void release(block* b) noexcept;

  static constexpr std::size_t sizes = std::countr_zero(allocated_usual_max / allocated_min) + 1;

  /// Stands where the block stood.
  struct spare {
    spare* next;
  };
  /// The last one to come is the first to go: it may still be in the cache.
  struct spare_list {
    spare* first = nullptr;
    std::size_t count = 0;
    std::size_t unused = 0;  // the least count since the last trim()
  };
  static std::size_t bytes_of(std::size_t size) noexcept { return allocated_min << size; }
  static std::size_t size_of(std::size_t bytes) noexcept {
    return static_cast<std::size_t>(std::countr_zero(bytes / allocated_min));
  }

  void put_spare(std::byte* place, std::size_t size) noexcept;
  std::byte* take_spare(std::size_t size) noexcept;
  void give_back_spares(std::size_t size, std::size_t count) noexcept;
  void keep_within(std::size_t bytes) noexcept;

  std::size_t bytes_max_;
  base::slot_memory slots_;
  std::array<spare_list, sizes> spares_{};
  std::size_t spare_bytes_ = 0;
  std::atomic<std::size_t> allocated_{0};  // one writer; metrics read it
};

inline block_ptr::~block_ptr() {
  if (block_ != nullptr && --block_->references == 0) block_->pool->release(block_);
}

}  // namespace logio::hub
