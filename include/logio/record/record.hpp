/// One log record as it lies in a batch: a fixed head, the text, the optional fields.
///
/// This is the form in which records live from the decoder to the last reader: the decoder writes
/// it once into the thread's scratch (`batch_builder`), the ring copies the batch, every reader
/// walks it in place (`batch_view`). A record's topic is its batch's: a batch comes from one
/// connection, and a connection has one topic.
///
///     0        8            12            16        17     18         24
///     +--------+------------+-------------+---------+------+----------+------+--------+-----+
///     | time   | text_bytes | fields_bytes| severity| flags| reserved | text | fields | pad |
///     +--------+------------+-------------+---------+------+----------+------+--------+-----+
///
/// Numbers are in the machine's order; records begin at multiples of 8. `fields` are MessagePack
/// (one map), as they arrived or as they were made once by the codec.
///
/// Ownership:      views borrow the batch's memory and live no longer.
/// Thread safety:  distinct objects.
/// Limits:         text and fields each below 4 GiB; the hub's own limits are far lower.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace logio::record {

/// What a reader wants to know about a text without looking at it again.
enum flag : std::uint8_t {
  inner_newline = 1,  ///< the text holds a '\n'; a text line needs a TAB after it
  cut_text = 2,       ///< the line was over the limit; the text ends in " [cut: N bytes]"
  arrival_time = 4,   ///< the publisher gave no time; `time_ns` is the batch's arrival
};

/// OpenTelemetry severity numbers: 0 unknown, 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn,
/// 17-20 error, 21-24 fatal. Source: OpenTelemetry Logs Data Model, "Field: SeverityNumber".
using severity_number = std::uint8_t;

struct head {
  std::int64_t time_ns = 0;  ///< event time, nanoseconds since 1970-01-01T00:00:00Z
  std::uint32_t text_bytes = 0;
  std::uint32_t fields_bytes = 0;
  severity_number severity = 0;
  std::uint8_t flags = 0;
  std::uint8_t reserved[6] = {};
};
static_assert(sizeof(head) == 24 && alignof(head) == 8);

/// Bytes that a record takes in a batch, padding included.
constexpr std::size_t stored_bytes(std::size_t text_bytes, std::size_t fields_bytes) noexcept {
  return (sizeof(head) + text_bytes + fields_bytes + 7) / 8 * 8;
}

/// A record in place. Valid as long as the batch's memory.
class view {
 public:
  explicit view(const std::byte* at) noexcept : at_(at) {}

  std::int64_t time_ns() const noexcept { return get().time_ns; }
  severity_number severity() const noexcept { return get().severity; }
  bool has(flag f) const noexcept { return (get().flags & f) != 0; }
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(at_ + sizeof(head)), get().text_bytes};
  }
  /// One MessagePack map, or empty.
  std::string_view fields() const noexcept {
    return {reinterpret_cast<const char*>(at_ + sizeof(head)) + get().text_bytes,
            get().fields_bytes};
  }
  std::size_t stored() const noexcept {
    return stored_bytes(get().text_bytes, get().fields_bytes);
  }
  const std::byte* data() const noexcept { return at_; }

 private:
  const head& get() const noexcept { return *reinterpret_cast<const head*>(at_); }

  const std::byte* at_;
};

/// Walks the records of one batch, first to last.
class iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = view;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = view;

  iterator() noexcept = default;
  explicit iterator(const std::byte* at) noexcept : at_(at) {}
  view operator*() const noexcept { return view(at_); }
  iterator& operator++() noexcept {
    at_ += view(at_).stored();
    return *this;
  }
  bool operator==(const iterator&) const noexcept = default;

 private:
  const std::byte* at_ = nullptr;
};

/// The records of one batch. REQUIRES: `bytes` come from a batch_builder.
class batch_view {
 public:
  batch_view(const std::byte* data, std::size_t bytes) noexcept : data_(data), bytes_(bytes) {}
  iterator begin() const noexcept { return iterator(data_); }
  iterator end() const noexcept { return iterator(data_ + bytes_); }

 private:
  const std::byte* data_;
  std::size_t bytes_;
};

}  // namespace logio::record
