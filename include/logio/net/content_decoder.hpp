/// Undoes a Content-Encoding: compressed bytes in, plain bytes out, in pieces of any size.
///
/// Sans I/O. It holds a window of the plain bytes and nothing else, so a body that unpacks to a
/// million times its size costs no more memory than any other; who calls counts what comes out.
///
///     for (std::span<const char> rest = read;;) {
///       const auto did = decoder->decode(rest, out);
///       rest = rest.subspan(did.consumed);
///       … use did.produced bytes of out
///       more:      call again, there may be more for the same input
///       need_more: read again; at the end of the body complete() says whether it was whole
///       failed:    error() says why
///     }
///
/// Ownership:      owns the library's state.
/// Thread safety:  distinct objects; an object may change its thread between calls.
/// Errors:         failed, with error(); the decoder takes nothing more.
/// Limits:         gzip: 48 KiB. zstd: windows of at most 8 MiB, as RFC 9659 has it; a frame that
///                 wants more fails.
/// Source:         gzip RFC 1952, several members one after the other; zstd RFC 8878, several
///                 frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace logio::net {

class content_decoder {
 public:
  enum class state : std::uint8_t { more, need_more, failed };

  struct progress {
    std::size_t consumed;
    std::size_t produced;
    state what;
  };

  content_decoder() = default;
  content_decoder(const content_decoder&) = delete;
  virtual ~content_decoder() = default;

  /// REQUIRES: `out` is not empty.
  virtual progress decode(std::span<const char> in, std::span<char> out) = 0;

  /// Whether the input may end here: at least one member or frame, and none half-way.
  virtual bool complete() const noexcept = 0;

  /// Memory that the library holds.
  virtual std::size_t allocated_bytes() const noexcept = 0;

  /// After failed: what is wrong, for a person.
  const std::string& error() const noexcept { return error_; }

 protected:
  std::string error_;
};

/// Both throw std::bad_alloc.
std::unique_ptr<content_decoder> make_gzip_decoder();
std::unique_ptr<content_decoder> make_zstd_decoder();

}  // namespace logio::net
