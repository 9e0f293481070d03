#include "frame_codec.hpp"

#include <zstd.h>

#include <new>

#include "logio/journal/format.hpp"

namespace logio::journal {

std::size_t packed_bytes_max(std::size_t content_bytes) noexcept {
  return ::ZSTD_compressBound(content_bytes);
}

void frame_packer::release::operator()(ZSTD_CCtx_s* context) const noexcept {
  ::ZSTD_freeCCtx(context);
}

frame_packer::frame_packer() : context_(::ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, ZSTD_CLEVEL_DEFAULT);
  ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_contentSizeFlag, 1);
  ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

void frame_packer::pack(std::span<const std::byte> content, std::vector<std::byte>& out) {
  const std::size_t before = out.size(), room = packed_bytes_max(content.size());
  out.resize(before + room);
  const std::size_t made =
      ::ZSTD_compress2(context_.get(), out.data() + before, room, content.data(), content.size());
  if (::ZSTD_isError(made)) throw std::bad_alloc();  // with so much room, only memory can fail
  out.resize(before + made);
}

void frame_unpacker::release::operator()(ZSTD_DCtx_s* context) const noexcept {
  ::ZSTD_freeDCtx(context);
}

frame_unpacker::frame_unpacker() : context_(::ZSTD_createDCtx()) {
  if (!context_) throw std::bad_alloc();
}

bool frame_unpacker::unpack(std::span<const std::byte> frame, std::span<std::byte> out) noexcept {
  const auto size = measure_frame(frame);
  if (!size || size->packed_bytes != frame.size() || size->content_bytes != out.size()) {
    return false;
  }
  return ::ZSTD_decompressDCtx(context_.get(), out.data(), out.size(), frame.data(),
                               frame.size()) == out.size();
}

std::optional<frame_size> measure_frame(std::span<const std::byte> bytes) noexcept {
  if (!begins_frame(bytes)) return std::nullopt;
  const unsigned long long content = ::ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (content > frame_content_max) return std::nullopt;  // also unknown, and errors
  const std::size_t packed = ::ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (::ZSTD_isError(packed)) return std::nullopt;
  return frame_size{packed, static_cast<std::size_t>(content)};
}

bool begins_frame(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= sizeof(std::uint32_t) &&
         load<std::uint32_t>(bytes.data()) == ZSTD_MAGICNUMBER;
}

}  // namespace logio::journal
