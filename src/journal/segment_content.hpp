/// What a segment holds, plain or compressed, read by places in the plain file.
///
/// A part of a compressed one that cannot be unpacked reads as bytes of 0, which are no frame of a
/// segment: so damage there shows as it does in a plain one, and costs its surroundings nothing.
///
/// Ownership:      owns its file and, of a compressed one, the frame that was read last; borrows
///                 the cache, if it is given one.
/// Thread safety:  distinct objects.
/// Errors:         the kernel's.
/// Limits:         a compressed one: about 2.3 MiB of memory, and 16 bytes for each 1 MiB.
/// Source:         src/journal/FORMAT.md, "Compressed".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frame_cache.hpp"
#include "frame_codec.hpp"
#include "frame_table.hpp"
#include "logio/base/posix_file.hpp"
#include "logio/journal/format.hpp"

namespace logio::journal {

inline constexpr std::string_view compressed_suffix = ".zst";
inline constexpr std::string_view unfinished_suffix = ".zst.new";

/// A segment's name without `.zst`: what it is called while it is plain.
std::string plain_name(std::string_view name);

class segment_content {
 public:
  /// `path`, or when that is not there its compressed form. Which one it is its content tells.
  static result<segment_content> open(const std::string& path, frame_cache* cache = nullptr);

  bool is_compressed() const noexcept { return unpacker_ != nullptr; }
  std::uint64_t bytes() const noexcept { return bytes_; }  ///< of the plain segment
  std::uint64_t disk_bytes() const noexcept { return disk_bytes_; }

  /// As base::posix_file::read_at().
  result<std::size_t> read_at(std::uint64_t at, std::span<std::byte> into);
  /// Whether a part of these bytes could not be unpacked when they were read.
  bool is_lost(std::uint64_t at, std::uint64_t bytes) const noexcept;

 private:
  explicit segment_content(base::posix_file&& file) noexcept : file_(std::move(file)) {}
  std::size_t frame_at(std::uint64_t at) const noexcept;
  error_code load_frame(std::size_t index);
  result<frame_cache::bytes> unpack(std::size_t index);

  base::posix_file file_;
  std::uint64_t bytes_ = 0, disk_bytes_ = 0;
  // Of a compressed one:
  std::unique_ptr<frame_unpacker> unpacker_;
  frame_table frames_;
  std::vector<bool> lost_;
  std::vector<std::byte> packed_;
  frame_cache::bytes content_;  // of frame loaded_; null: it is lost
  std::size_t loaded_ = SIZE_MAX;
  frame_cache* cache_ = nullptr;
  frame_cache::key key_;
};

}  // namespace logio::journal
