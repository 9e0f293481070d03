// Both directions in one source: the only one that knows zstd.
#include <zstd.h>

#include <new>

#include "logio/net/content_decoder.hpp"
#include "logio/net/stream_encoder.hpp"

namespace logio::net {
namespace {

constexpr int window_log_max = 23;  // 8 MiB

class zstd_decoder final : public content_decoder {
 public:
  zstd_decoder() : stream_(::ZSTD_createDCtx()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ::ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, window_log_max);
  }
  ~zstd_decoder() override { ::ZSTD_freeDCtx(stream_); }

  progress decode(std::span<const char> in, std::span<char> out) override;
  bool complete() const noexcept override { return frame_ended_; }
  std::size_t allocated_bytes() const noexcept override { return ::ZSTD_sizeof_DCtx(stream_); }

 private:
  ZSTD_DCtx* stream_;
  bool frame_ended_ = false;
};

content_decoder::progress zstd_decoder::decode(std::span<const char> in, std::span<char> out) {
  if (!error_.empty()) return {0, 0, state::failed};
  ZSTD_inBuffer from{in.data(), in.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  while (to.pos < to.size) {
    // Between frames there is nothing to flush, and a call without input would begin the next one.
    if (from.pos == from.size && frame_ended_) break;
    const std::size_t consumed = from.pos, produced = to.pos;
    const std::size_t result = ::ZSTD_decompressStream(stream_, &to, &from);
    if (::ZSTD_isError(result)) {
      error_ = ::ZSTD_getErrorName(result);
      return {from.pos, to.pos, state::failed};
    }
    const bool moved = from.pos != consumed || to.pos != produced;
    if (moved) frame_ended_ = result == 0;
    if (!moved || (from.pos == from.size && to.pos < to.size)) break;
  }
  return {from.pos, to.pos, to.pos == to.size ? state::more : state::need_more};
}

class zstd_stream_encoder final : public stream_encoder {
 public:
  zstd_stream_encoder() : stream_(::ZSTD_createCCtx()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ::ZSTD_CCtx_setParameter(stream_, ZSTD_c_compressionLevel, level);
    ::ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1);
  }
  ~zstd_stream_encoder() override { ::ZSTD_freeCCtx(stream_); }

  progress encode(std::span<const char> in, bool last, std::span<char> out) override;

 private:
  static constexpr int level = 3;
  ZSTD_CCtx* stream_;
};

stream_encoder::progress zstd_stream_encoder::encode(std::span<const char> in, bool last,
                                                     std::span<char> out) {
  ZSTD_inBuffer from{in.data(), in.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  const std::size_t left =
      ::ZSTD_compressStream2(stream_, &to, &from, last ? ZSTD_e_end : ZSTD_e_continue);
  // Its tables are allocated with the first piece.
  if (::ZSTD_isError(left)) throw std::bad_alloc();
  return {from.pos, to.pos, last && left == 0};
}

}  // namespace

std::unique_ptr<stream_encoder> make_zstd_stream_encoder() {
  return std::make_unique<zstd_stream_encoder>();
}

std::unique_ptr<content_decoder> make_zstd_decoder() { return std::make_unique<zstd_decoder>(); }

}  // namespace logio::net
