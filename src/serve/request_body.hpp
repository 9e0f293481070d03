/// The body of one HTTP request taken out of its framing: Content-Length or chunks.
///
/// Sans I/O: what was read goes in, pieces of the body come out, which point into what was read.
///
///     body.give(read);
///     for (std::string_view piece;;)
///       piece:     … use it
///       need_more: read again, give
///       complete:  the body's end; what is behind it is nobody's
///       failed:    error() says why
///
/// Ownership:      what give() got is borrowed until next() says need_more, or until keep(). A
///                 piece lives until the next call.
/// Thread safety:  distinct objects.
/// Errors:         failed: broken chunks. After it, and after complete, nothing more is taken.
/// Limits:         carried_bytes_max for a chunk's size line with its extensions, and for the
///                 trailer. The body's own limit is the caller's.
/// Source:         RFC 9112, 6 and 7.1; the parser is Boost.Beast's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace logio::serve {

class request_body {
 public:
  static constexpr std::size_t carried_bytes_max = 16384;

  enum class state : std::uint8_t { need_more, piece, complete, failed };

  /// Without a length: chunked.
  explicit request_body(std::optional<std::uint64_t> content_length);
  request_body(const request_body&) = delete;
  ~request_body();

  /// REQUIRES: this is the beginning, or next() has said need_more.
  void give(std::string_view read);
  state next(std::string_view& piece);
  /// Copies what is left of the bytes given, which may go then.
  void keep();

  const std::string& error() const noexcept { return error_; }

 private:
  class parser;

  void carry(std::string_view rest);

  std::unique_ptr<parser> parser_;
  std::string carried_;
  std::string_view in_;  // into carried_, or borrowed
  bool in_header_ = false;  // a chunk's, of which only a part is there
  std::string error_;
};

}  // namespace logio::serve
