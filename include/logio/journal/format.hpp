/// The numbers and heads of the journal's files; src/journal/FORMAT.md has every byte.
///
/// Ownership:      values.
/// Thread safety:  any thread.
/// Errors:         journal_error says which rule of the format is broken.
/// Source:         src/journal/FORMAT.md, version 1.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logio/base/result.hpp"

namespace logio::journal {

static_assert(std::endian::native == std::endian::little, "records lie in files as in memory");

inline constexpr std::uint32_t format_version = 1;
inline constexpr std::size_t head_bytes = 64;
inline constexpr std::size_t frame_head_bytes = 24;
inline constexpr std::size_t batch_head_bytes = 24;
inline constexpr std::size_t topic_head_bytes = 8;    ///< in front of a topic's texts
inline constexpr std::size_t client_head_bytes = 24;  ///< in front of a client's name
inline constexpr std::size_t gap_bytes = 24;
inline constexpr std::size_t trailer_bytes = 24;
/// No payload is longer: that of a batch is what fits into a chunk of the ring.
inline constexpr std::uint32_t payload_bytes_max = std::uint32_t{1} << 30;

enum class journal_error {
  not_a_segment = 1,  ///< the file does not begin with a segment's head
  wrong_version,      ///< a head of a version that is not known here
  bad_checksum,       ///< a head, frame or trailer whose CRC does not fit
  bad_frame,          ///< a frame whose numbers break the format's rules
  torn,               ///< the file ends within a frame
  unwritten,          ///< the file is shorter than a head: nothing was written yet
  in_use,             ///< another process has the directory
  bad_epochs,         ///< the file `epochs` cannot be understood
  bad_compression,    ///< a part of a compressed segment cannot be unpacked
  not_sealed,         ///< a segment that has to be has no footer
};
error_code make_error_code(journal_error e) noexcept;

enum class frame_kind : std::uint8_t { topic = 1, batch = 2, gap = 3, clients = 4, footer = 5 };

/// What a file begins with.
struct segment_head {
  std::uint64_t epoch = 0;
  std::uint64_t first_position = 0;
  std::int64_t created_ns = 0;
  std::uint32_t salt = 0;  ///< what the frames' checksums begin with
};

/// What a frame begins with.
struct frame_head {
  std::uint32_t crc = 0;
  std::uint32_t payload_bytes = 0;
  frame_kind kind = frame_kind::topic;
  std::uint32_t count = 0;
  std::uint64_t position = 0;
};

/// A multiple of 8.
constexpr std::uint64_t padded(std::uint64_t bytes) noexcept { return (bytes + 7) / 8 * 8; }
/// Bytes of the whole frame in the file.
constexpr std::uint64_t frame_bytes(std::uint64_t payload_bytes) noexcept {
  return padded(frame_head_bytes + payload_bytes);
}

/// Unaligned loads and stores. REQUIRES: sizeof(T) bytes there.
template <class T>
T load(const std::byte* at) noexcept {
  T value;
  __builtin_memcpy(&value, at, sizeof value);
  return value;
}
template <class T>
void store(std::byte* at, T value) noexcept {
  __builtin_memcpy(at, &value, sizeof value);
}

void write_head(std::byte* out, const segment_head& h) noexcept;
result<segment_head> read_head(std::span<const std::byte, head_bytes> bytes) noexcept;

/// Fills in the CRC over head and payload.
void write_frame_head(std::byte* out, const frame_head& h, std::span<const std::byte> payload,
                      std::uint32_t salt) noexcept;
/// `bad_frame` when it cannot be one. The CRC is not looked at.
result<frame_head> read_frame_head(std::span<const std::byte, frame_head_bytes> bytes) noexcept;
/// `frame` is head and payload, as they lie in the file.
bool has_right_crc(std::span<const std::byte> frame, std::uint32_t salt) noexcept;

void write_trailer(std::byte* out, std::uint64_t footer_at) noexcept;
/// The footer's place; `torn` when there is no trailer.
result<std::uint64_t> read_trailer(std::span<const std::byte, trailer_bytes> bytes) noexcept;

/// `00000000000000000001-0123456789abcdef.segment`
std::string segment_file_name(std::uint64_t epoch, std::uint64_t first_position);
/// Epoch and first position; nothing when it is no segment's name.
std::optional<segment_head> parse_segment_file_name(std::string_view name) noexcept;

}  // namespace logio::journal

template <>
struct boost::system::is_error_code_enum<logio::journal::journal_error> : std::true_type {};
