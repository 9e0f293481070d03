/// Compresses one long message in pieces of any size: a file, whatever its length.
///
/// Sans I/O; the counterpart of content_decoder where content_encoder would need it all at once.
///
///     for (bool ended = false; !ended;) {
///       … in: the next piece of the message; empty is well
///       const auto did = encoder->encode(in, is_last, out);
///       … use did.produced bytes of out; offer what is behind did.consumed of in again
///       ended = did.ended;
///     }
///
/// Ownership:      owns the library's state.
/// Thread safety:  distinct objects; an object may change its thread between calls.
/// Errors:         none but std::bad_alloc.
/// Limits:         gzip 256 KiB of memory, zstd about 4 MiB. A message has no largest size.
/// Source:         gzip RFC 1952; zstd RFC 8878, with the checksum of its content.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace logio::net {

class stream_encoder {
 public:
  struct progress {
    std::size_t consumed;
    std::size_t produced;
    bool ended;  ///< the message is whole; nothing may be offered any more
  };

  stream_encoder() = default;
  stream_encoder(const stream_encoder&) = delete;
  virtual ~stream_encoder() = default;

  /// `last`: nothing follows `in`; it stays true until the message has ended.
  /// REQUIRES: `out` is not empty, and the message has not ended.
  virtual progress encode(std::span<const char> in, bool last, std::span<char> out) = 0;
};

/// Both throw std::bad_alloc. gzip at level 6, zstd at level 3.
std::unique_ptr<stream_encoder> make_gzip_stream_encoder();
std::unique_ptr<stream_encoder> make_zstd_stream_encoder();

}  // namespace logio::net
