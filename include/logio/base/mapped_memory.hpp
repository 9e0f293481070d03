/// A range of zeroed pages straight from the kernel, given back on destruction.
///
/// Pages cost nothing until they are touched, so a large ring is small while the hub is idle; and
/// the memory never mixes with the heap, so that what is resident can be reasoned about.
///
/// Ownership:      owns its pages; movable, not copyable.
/// Thread safety:  distinct objects; the bytes are the user's affair.
/// Errors:         map() reports the kernel's error (ENOMEM) and leaves nothing behind.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "logio/base/result.hpp"

namespace logio::base {

class mapped_memory {
 public:
  mapped_memory() = default;
  mapped_memory(mapped_memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  mapped_memory& operator=(mapped_memory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~mapped_memory();

  /// Maps at least `bytes` (rounded up to pages) of zeroed, private memory.
  static result<mapped_memory> map(std::size_t bytes);

  std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  mapped_memory(std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace logio::base
