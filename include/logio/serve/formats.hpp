/// The stream formats as the hub's encoders.
///
/// Ownership:      own nothing; a lane keeps one of each and lends them to its dispatcher.
/// Thread safety:  an object belongs to one dispatcher's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "logio/hub/encoder.hpp"
#include "logio/serve/stream_request.hpp"

namespace logio::serve {

/// `hub_host` is what loss notices call this hub, `epoch` what its cursors begin with.
std::unique_ptr<hub::encoder> make_encoder(stream_format format, std::string hub_host,
                                           std::uint64_t epoch);

/// text: `text/plain; charset=utf-8`. raw: `application/octet-stream`, since it is the publishers'
/// bytes and nothing else, in whatever encoding they are.
std::string_view content_type(stream_format format) noexcept;

/// `text`, `raw`, `ndjson`, `sse`.
std::string_view to_string(stream_format format) noexcept;

/// What says "still here" and is no record: a comment in sse, an empty line in text and ndjson,
/// nothing in raw, where an empty line is a record.
std::string_view heartbeat_bytes(stream_format format) noexcept;

}  // namespace logio::serve
