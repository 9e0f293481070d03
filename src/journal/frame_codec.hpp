/// Zstandard frames, each made and undone as a whole: the one place that talks to the library.
///
/// Ownership:      a packer and an unpacker own their context, about 1 MiB and 160 KiB.
/// Thread safety:  distinct objects; free functions: any thread.
/// Errors:         unpack() says whether the bytes were what they should be; the rest has none.
/// Limits:         content of at most frame_content_max.
/// Source:         RFC 8878.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace logio::journal {

inline constexpr std::size_t frame_content_max = std::size_t{1} << 20;

/// What a frame with so much content takes at most.
std::size_t packed_bytes_max(std::size_t content_bytes) noexcept;

class frame_packer {
 public:
  frame_packer();
  /// Appends one frame, which tells its content's size and checksum.
  void pack(std::span<const std::byte> content, std::vector<std::byte>& out);

 private:
  struct release {
    void operator()(ZSTD_CCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_CCtx_s, release> context_;
};

class frame_unpacker {
 public:
  frame_unpacker();
  /// False: it is not one whole frame of exactly so much content; then `out` holds anything.
  bool unpack(std::span<const std::byte> frame, std::span<std::byte> out) noexcept;

 private:
  struct release {
    void operator()(ZSTD_DCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_DCtx_s, release> context_;
};

struct frame_size {
  std::size_t packed_bytes = 0, content_bytes = 0;
};
/// Of the frame that begins there. Nothing: none does that could be ours, or it is not all there.
std::optional<frame_size> measure_frame(std::span<const std::byte> bytes) noexcept;

/// Whether a file that begins so holds frames.
bool begins_frame(std::span<const std::byte> bytes) noexcept;

}  // namespace logio::journal
