/// The scratch into which a decoder writes the records of one read.
///
/// One per thread, used by every connection of that thread in turn: fill, append to the ring,
/// clear. The decoder writes texts in place (`begin`, then `commit`), so a byte is copied once
/// from the socket's buffer to here and once from here to the ring.
///
/// Ownership:      owns its memory, which grows to the largest record and then stays.
/// Thread safety:  distinct objects.
/// Limits:         `full()` at `batch_bytes_max`, and at `records_max`, since tiny records grow
///                 many times over when they are sent with their topic; a decoder stops there,
///                 goes on after the append. One record may exceed `batch_bytes_max`, alone in
///                 its batch, up to the ring's largest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "logio/record/record.hpp"

namespace logio::record {

class batch_builder {
 public:
  static constexpr std::uint32_t records_max = 2048;

  /// REQUIRES: batch_bytes_max >= 4096.
  explicit batch_builder(std::size_t batch_bytes_max);

  /// Room for a record with up to `text_and_fields_bytes_max` bytes; the text is to be written to
  /// the returned place, the fields behind it. Invalidates earlier pointers. Nothing is part of
  /// the batch until commit(); a begin() without commit() leaves no trace.
  char* begin(std::size_t text_and_fields_bytes_max) {
    const std::size_t need = stored_bytes(text_and_fields_bytes_max, 0) + padding_bytes_max;
    if (capacity_ - bytes_ < need) grow(need);
    return reinterpret_cast<char*>(data_.get() + bytes_ + sizeof(head));
  }

  /// Completes the record whose text (and fields) were written after begin().
  void commit(const head& h) noexcept {
    // Field by field: copied as a whole, a head that was just made on the stack would be read in
    // wider pieces than it was written in, which stalls (18 ns of 29 for a 128-byte record).
    head* const to = new (data_.get() + bytes_) head;
    to->time_ns = h.time_ns;
    to->text_bytes = h.text_bytes;
    to->fields_bytes = h.fields_bytes;
    to->severity = h.severity;
    to->flags = h.flags;
    const std::size_t end = bytes_ + stored_bytes(h.text_bytes, h.fields_bytes);
    // The padding; what else this meets is behind the record.
    std::memset(reinterpret_cast<std::byte*>(to + 1) + h.text_bytes + h.fields_bytes, 0,
                padding_bytes_max);
    if (copy_place_ != 0) prefetch_copy_place(bytes_, end);
    bytes_ = end;
    text_bytes_ += h.text_bytes;
    ++count_;
  }

  /// Whether a record of that size goes into this batch: it fits, or would be alone in it.
  bool takes(std::size_t text_bytes, std::size_t fields_bytes) const noexcept {
    return count_ == 0 || (bytes_ + stored_bytes(text_bytes, fields_bytes) <= batch_bytes_max_ &&
                           count_ < records_max);
  }

  /// begin, copy, commit.
  void append(head h, std::string_view text, std::string_view fields = {});

  /// Whether a further record of usual size may push the batch past its maximum.
  bool full() const noexcept { return bytes_ >= batch_bytes_max_ || count_ >= records_max; }
  bool empty() const noexcept { return count_ == 0; }
  std::uint32_t count() const noexcept { return count_; }
  std::size_t text_bytes() const noexcept { return text_bytes_; }
  const std::byte* data() const noexcept { return data_.get(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t batch_bytes_max() const noexcept { return batch_bytes_max_; }
  batch_view view() const noexcept { return {data_.get(), bytes_}; }

  /// Where the batches filled from now on will probably be copied to; null: not known. While they
  /// are filled, which waits for no memory, that place is fetched into the cache for writing. Only
  /// a hint: nothing is read or written there, and a wrong one costs time only.
  void expect_copy_to(const std::byte* place) noexcept {
    copy_place_ = reinterpret_cast<std::uintptr_t>(place);
  }

  /// Empties the batch. Memory beyond four times the batch's maximum is given back.
  void clear() noexcept;

 private:
  static constexpr std::size_t padding_bytes_max = alignof(head);

  void grow(std::size_t need);

  void prefetch_copy_place(std::size_t begin, std::size_t end) const noexcept {
    constexpr std::size_t cache_line_bytes = 64;
    constexpr int for_writing = 1, into_second_level = 2;
    end = std::min(end, batch_bytes_max_);  // a record beyond it would only push the others out
    begin = (begin + cache_line_bytes - 1) & ~(cache_line_bytes - 1);
    for (; begin < end; begin += cache_line_bytes) {
      // A number, for the place may end before the batch does.
      __builtin_prefetch(reinterpret_cast<const void*>(copy_place_ + begin), for_writing,
                         into_second_level);
    }
  }

  std::size_t batch_bytes_max_;
  std::unique_ptr<std::byte[]> data_;
  std::size_t capacity_ = 0;
  std::size_t bytes_ = 0;
  std::size_t text_bytes_ = 0;
  std::uint32_t count_ = 0;
  std::uintptr_t copy_place_ = 0;
};

}  // namespace logio::record
