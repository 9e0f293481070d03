/// Compresses whole messages, one after the other with the same state.
///
/// Sans I/O. For what is sent as a unit (a datagram, a request's body); the counterpart of
/// content_decoder.
///
/// Ownership:      owns the library's state, 256 KiB.
/// Thread safety:  distinct objects.
/// Errors:         none but std::bad_alloc.
/// Limits:         bytes_max for one message.
/// Source:         gzip RFC 1952; zlib RFC 1950.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace logio::net {

class content_encoder {
 public:
  static constexpr std::size_t bytes_max = 0xc0000000;  ///< what zlib's counters hold, compressed

  content_encoder() = default;
  content_encoder(const content_encoder&) = delete;
  virtual ~content_encoder() = default;

  /// Replaces `out` by `in`, compressed. REQUIRES: at most bytes_max.
  virtual void encode(std::string_view in, std::string& out) = 0;
};

/// `fast` takes about a quarter of the time, and makes text about a quarter larger.
enum class compression_effort : std::uint8_t { usual, fast };

/// All throw std::bad_alloc.
std::unique_ptr<content_encoder> make_gzip_encoder(
    compression_effort effort = compression_effort::usual);
std::unique_ptr<content_encoder> make_zlib_encoder();

}  // namespace logio::net
