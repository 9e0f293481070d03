/// The head of one HTTP request: request line and header fields, parsed.
///
/// Sans I/O. Accepts what people and old clients send where it is harmless, since every connection
/// carries one request and is closed: lines ended by `\n` alone, an empty line before the request,
/// and `|^$[](){}"<>` unescaped in the target. HTTP/1.2 to 1.9 are read as HTTP/1.1.
///
/// Ownership:      owns its strings.
/// Thread safety:  pure functions.
/// Errors:         request_error with the status to answer with. Whatever would let two readers
///                 disagree on where the body ends is one, for every method.
/// Limits:         none here: the reader bounds the bytes.
/// Source:         RFC 9112 (the syntax is Boost.Beast's parser's), RFC 9110.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logio/serve/request_error.hpp"

namespace logio::serve {

struct request_head {
  enum class method_type : std::uint8_t { get, head, options, post, other };
  /// How the body's end is found; a body of GET and HEAD is not read.
  enum class framing_type : std::uint8_t { none, length, chunked };

  method_type method = method_type::other;
  std::string method_name;  ///< as sent
  std::string target;
  bool http_1_0 = false;    ///< no chunks
  std::string accept;       ///< all of them, joined with `, `
  std::string host;
  std::string origin;
  std::string last_event_id;
  std::string forwarded_for;  ///< X-Forwarded-For: any form, shown in the log; grants nothing
  framing_type framing = framing_type::none;
  std::uint64_t content_length = 0;  ///< framing_type::length
  std::string content_type;
  std::string content_encoding;  ///< all of them, joined with `, `
  std::string expect;
};

/// Where the head at the beginning of `bytes` ends (behind its empty line), 0 while it does not.
/// `searched` is what an earlier call with fewer bytes was given: it is not searched again.
std::size_t find_head_end(std::string_view bytes, std::size_t searched = 0) noexcept;

/// The refusal of what cannot become a request, whatever follows: TLS, a publisher's JSON, garbage.
/// Nothing while the first byte behind empty lines may begin a method.
std::optional<request_error> judge_beginning(std::string_view bytes);

/// What is certain of a head that will not be parsed: whether its method is HEAD, so that the
/// answer has no body then.
request_head unparsed_head(std::string_view bytes);

/// REQUIRES: `head` is what find_head_end() has found.
boost::system::result<request_head, request_error> parse_request_head(std::string_view head);

}  // namespace logio::serve
