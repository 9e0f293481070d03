/// What `GET /v1/sinks/NAME/records?…` asks for: a stream's query, of an answer that ends.
///
/// What would make it go on is refused by name: `follow=true` and any `heartbeat`.
///
/// Thread safety:  distinct objects.
/// Errors:         request_error, in the same words as for a stream.
/// Source:         README, "Looking in".
#pragma once

#include <cstdint>
#include <string_view>

#include "logio/serve/stream_request.hpp"

namespace logio::serve {

/// As parse_stream_request(); history.follow is false.
parsed_stream_request parse_records_request(std::string_view query,
                                            const stream_request_options& options,
                                            stream_media accepted, std::int64_t now_ns);

}  // namespace logio::serve
