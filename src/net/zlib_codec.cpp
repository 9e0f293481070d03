// Both directions in one source: the only one that knows zlib.
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "logio/base/result.hpp"
#include "logio/net/content_decoder.hpp"
#include "logio/net/content_encoder.hpp"
#include "logio/net/stream_encoder.hpp"

namespace logio::net {
namespace {

constexpr int window_bits = 15;
constexpr int with_gzip_head = 16;
constexpr int window_bits_gzip_only = window_bits + with_gzip_head;
constexpr int memory_level = 8;                             // zlib's default
constexpr std::size_t state_bytes = std::size_t{48} << 10;  // inflate's window and tables

uInt piece(std::size_t bytes) noexcept {
  return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

class gzip_decoder final : public content_decoder {
 public:
  gzip_decoder() {
    if (::inflateInit2(&stream_, window_bits_gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~gzip_decoder() override { ::inflateEnd(&stream_); }

  progress decode(std::span<const char> in, std::span<char> out) override;
  bool complete() const noexcept override { return member_ended_; }
  std::size_t allocated_bytes() const noexcept override { return state_bytes; }

 private:
  progress fail(progress did) {
    error_ = stream_.msg != nullptr ? stream_.msg : "damaged data";
    return {did.consumed, did.produced, state::failed};
  }

  z_stream stream_{};
  bool member_ended_ = false;
};

content_decoder::progress gzip_decoder::decode(std::span<const char> in, std::span<char> out) {
  if (!error_.empty()) return {0, 0, state::failed};
  progress did{0, 0, state::need_more};
  for (;;) {
    if (member_ended_) {
      if (did.consumed == in.size()) return did;
      if (::inflateReset(&stream_) != Z_OK) return fail(did);
      member_ended_ = false;
    }
    const auto rest = in.subspan(did.consumed);
    const auto room = out.subspan(did.produced);
    stream_.next_in = reinterpret_cast<const Bytef*>(rest.data());
    stream_.avail_in = piece(rest.size());
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = piece(room.size());
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    did.consumed = in.size() - stream_.avail_in;
    did.produced = out.size() - stream_.avail_out;
    if (result == Z_STREAM_END) {
      member_ended_ = true;
      if (did.produced == out.size()) break;
      continue;
    }
    // Z_BUF_ERROR: neither input nor room, which is no error.
    if (result != Z_OK && result != Z_BUF_ERROR) return fail(did);
    break;
  }
  if (did.produced == out.size()) did.what = state::more;
  return did;
}

class zlib_encoder final : public content_encoder {
 public:
  explicit zlib_encoder(int bits, int level = Z_DEFAULT_COMPRESSION) {
    if (::deflateInit2(&stream_, level, Z_DEFLATED, bits, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~zlib_encoder() override { ::deflateEnd(&stream_); }

  void encode(std::string_view in, std::string& out) override;

 private:
  z_stream stream_{};
};

void zlib_encoder::encode(std::string_view in, std::string& out) {
  LOGIO_ASSERT(in.size() <= bytes_max, "what is compressed at once is below 4 GiB");
  LOGIO_ASSERT(::deflateReset(&stream_) == Z_OK, "zlib's state is sound");
  out.resize(::deflateBound(&stream_, static_cast<uLong>(in.size())));
  stream_.next_in = reinterpret_cast<const Bytef*>(in.data());
  stream_.avail_in = static_cast<uInt>(in.size());
  stream_.next_out = reinterpret_cast<Bytef*>(out.data());
  stream_.avail_out = piece(out.size());
  LOGIO_ASSERT(::deflate(&stream_, Z_FINISH) == Z_STREAM_END, "deflateBound() is enough");
  out.resize(stream_.total_out);
}

class gzip_stream_encoder final : public stream_encoder {
 public:
  gzip_stream_encoder() {
    if (::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits_gzip_only,
                       memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~gzip_stream_encoder() override { ::deflateEnd(&stream_); }

  progress encode(std::span<const char> in, bool last, std::span<char> out) override;

 private:
  z_stream stream_{};
};

stream_encoder::progress gzip_stream_encoder::encode(std::span<const char> in, bool last,
                                                     std::span<char> out) {
  const uInt offered = piece(in.size()), room = piece(out.size());
  stream_.next_in = reinterpret_cast<const Bytef*>(in.data());
  stream_.avail_in = offered;
  stream_.next_out = reinterpret_cast<Bytef*>(out.data());
  stream_.avail_out = room;
  const int result = ::deflate(&stream_, last && offered == in.size() ? Z_FINISH : Z_NO_FLUSH);
  LOGIO_ASSERT(result != Z_STREAM_ERROR, "zlib's state is sound");
  return {offered - stream_.avail_in, room - stream_.avail_out, result == Z_STREAM_END};
}

}  // namespace

std::unique_ptr<stream_encoder> make_gzip_stream_encoder() {
  return std::make_unique<gzip_stream_encoder>();
}

std::unique_ptr<content_encoder> make_gzip_encoder(compression_effort effort) {
  const bool fast = effort == compression_effort::fast;
  return std::make_unique<zlib_encoder>(window_bits_gzip_only,
                                        fast ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION);
}
std::unique_ptr<content_encoder> make_zlib_encoder() {
  return std::make_unique<zlib_encoder>(window_bits);
}

std::unique_ptr<content_decoder> make_gzip_decoder() {
  return std::make_unique<gzip_decoder>();
}

}  // namespace logio::net
