/// What an Accept header asks for: the form of a stream, and the form of an error.
///
/// Ownership:      borrows the header for the call.
/// Thread safety:  pure functions.
/// Errors:         none: an entry that is not well-formed is passed over, as RFC 9110 allows, and a
///                 header that accepts nothing of ours gets the default: a stream or an error in
///                 the wrong form helps more than 406.
/// Source:         RFC 9110, 12.5.1 (quality values, the most specific range wins).
#pragma once

#include <cstdint>
#include <string_view>

namespace logio::serve {

/// What a stream may be sent as.
enum class stream_media : std::uint8_t {
  text,    ///< text/plain; also when nothing is asked for, or `*/*`
  ndjson,  ///< application/x-ndjson
  sse,     ///< text/event-stream
  html,    ///< text/html: a browser, which is reserved for the page
};

/// What an error may be sent as.
enum class error_media : std::uint8_t {
  text,  ///< text/plain
  json,  ///< application/json
};

/// The form with the highest quality; among equals the one named first. Only a name asks for
/// another form than text: `*/*` and `application/*` leave it at text. Several Accept header lines
/// are joined with `,` by the caller.
stream_media preferred_stream(std::string_view accept) noexcept;

/// JSON when the header names JSON, NDJSON or SSE, and does not prefer text/plain to it.
error_media preferred_error(std::string_view accept) noexcept;

}  // namespace logio::serve
