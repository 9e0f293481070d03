/// The stream formats text and raw as the hub's encoders.
///
/// Ownership:      own nothing; a lane keeps one of each and lends them to its dispatcher.
/// Thread safety:  an object belongs to one dispatcher's thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "logio/hub/encoder.hpp"
#include "logio/serve/stream_request.hpp"

namespace logio::serve {

/// `hub_host` is what loss notices call this hub.
std::unique_ptr<hub::encoder> make_encoder(stream_format format, std::string hub_host);

/// text: `text/plain; charset=utf-8`. raw: `application/octet-stream`, since it is the publishers'
/// bytes and nothing else, in whatever encoding they are.
std::string_view content_type(stream_format format) noexcept;

}  // namespace logio::serve
